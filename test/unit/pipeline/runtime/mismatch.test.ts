import assert from 'node:assert/strict';
import { test } from 'node:test';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { mismatch } from '../../../../pipeline/runtime/mismatch.ts';

const closed = { additionalProperties: false } as const;

/** Like the body of a job: many branches, told apart by two constants, each with a union within. */
const branches = ['a', 'b', 'c', 'd', 'e'].flatMap((kind) =>
  ['running', 'done'].map((state) =>
    Type.Object(
      {
        kind: Type.Literal(kind),
        state: Type.Literal(state),
        [`${kind}Count`]: Type.Union([Type.Integer(), Type.Null()]),
      },
      closed,
    ),
  ),
);
const validator = Compile(Type.Union(branches));

function problemOf(value: unknown): string {
  return mismatch(validator.Errors(value), value).problem;
}

test('mismatch - of a union, the branch that the value means is the one that is told about', () => {
  assert.equal(problemOf({ kind: 'e', state: 'done' }), 'eCount is missing');
  assert.equal(problemOf({ kind: 'e', state: 'done', eCount: 1, colour: 2 }), 'colour is no key of it');
  assert.match(problemOf({ kind: 'e', state: 'done', eCount: 'many' }), /^eCount must be/);
  assert.equal(problemOf({ kind: 'd', state: 'done', eCount: 1 }), 'dCount is missing');
});

test('mismatch - a constant that no branch has: those that it may be, each once', () => {
  assert.equal(
    problemOf({ kind: 'f', state: 'done', eCount: 1 }),
    'kind must be one of "a", "b", "c", "d", "e"',
  );
  assert.equal(
    problemOf({ kind: 'e', state: 'paused', eCount: 1 }),
    'state must be one of "running", "done"',
  );
});
