import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import type { TSchema } from 'typebox';
import { Check } from 'typebox/value';
import { checked } from '../../pipeline/runtime/bus/envelope.ts';
import { streams } from '../../pipeline/runtime/bus/topology.ts';
import { PoisonError } from '../../pipeline/runtime/errors.ts';
import { Dead } from '../../schemas/dead.ts';
import { Frame } from '../../schemas/frame.ts';
import { messages } from '../../schemas/index.ts';
import { type MessageType, subjectOf } from '../../schemas/message.ts';
import { Progress } from '../../schemas/progress.ts';
import { accountedFor, CameraId, ClipId, JobId, Ledger } from '../../schemas/terms.ts';
import { TrainJob } from '../../schemas/train-job.ts';

const rules = streams({ framesMaxBytes: 1, clipsMaxAgeHours: 1 });

/** What the bodies' schemas have in common: they are objects. */
interface ObjectSchema {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
}
type Example = Readonly<Record<string, unknown>>;

/** Of a union each branch, of any other body the one schema. */
function branchesOf({ schema }: MessageType): readonly TSchema[] {
  return 'anyOf' in schema ? (schema.anyOf as TSchema[]) : [schema];
}

/** The keys that one example must have: those of the branch that it is of. */
function requiredOf(type: MessageType, example: Example): readonly string[] {
  const branch = branchesOf(type).find((schema) => Check(schema, example));
  return (branch as unknown as ObjectSchema).required;
}

const keysOf = (type: MessageType) =>
  branchesOf(type).flatMap((schema) => Object.keys((schema as unknown as ObjectSchema).properties));

const examplesOf = ({ examples: { valid, variants = {} } }: MessageType) =>
  [valid, ...Object.values(variants)] as readonly Example[];

/** The message of the refusal. */
function refusal(type: MessageType, body: unknown): string {
  try {
    checked(type, body);
  } catch (error) {
    assert.ok(error instanceof PoisonError, String(error));
    return error.message;
  }
  return assert.fail(`${type.type} let ${JSON.stringify(body)} pass`);
}

/** Whether a NATS filter selects a subject. */
function selects(filter: string, subject: string): boolean {
  const wanted = filter.split('.');
  const tokens = subject.split('.');
  if (wanted.at(-1) === '>' ? tokens.length < wanted.length : tokens.length !== wanted.length) return false;
  return wanted.every((token, i) => token === '>' || token === '*' || token === tokens[i]);
}

describe('every message', () => {
  for (const type of messages) {
    test(`${type.type} - its valid examples pass, also after a trip through JSON`, () => {
      for (const example of examplesOf(type)) {
        const body = checked(type, example);
        assert.deepEqual(checked(type, JSON.parse(JSON.stringify(body))), example);
      }
    });

    for (const [wrong, body] of Object.entries(type.examples.invalid)) {
      test(`${type.type} - refused: ${wrong}`, () => {
        const said = refusal(type, body);
        const [, key = ''] = /^not a valid \S+: (\w+)/.exec(said) ?? [];
        const keys = [...keysOf(type), ...Object.keys(body as object)];
        assert.ok(keys.includes(key), `names the key: ${said}`);
      });
    }

    test(`${type.type} - each key that is missing is named`, () => {
      for (const example of examplesOf(type)) {
        for (const key of requiredOf(type, example)) {
          const { [key]: _, ...rest } = example;
          assert.match(refusal(type, rest), new RegExp(`: ${key} is missing$`));
        }
      }
    });

    test(`${type.type} - a key too many is named`, () => {
      for (const example of examplesOf(type)) {
        assert.match(refusal(type, { ...example, colour: 1 }), /: colour is no key of it; found 1$/);
      }
    });

    test(`${type.type} - is nothing but an object`, () => {
      for (const body of [null, [], 'text', 7]) refusal(type, body);
    });

    test(`${type.type} - its subject is its stream’s, and no other stream’s`, () => {
      const subject = subjectOf(type, { subject: 'look.a.7' }).replace(/\*/g, 'x');
      const streamsOfIt = Object.entries(rules).filter(([, { subjects }]) =>
        subjects.some((filter) => selects(filter, subject)),
      );
      assert.deepEqual(
        streamsOfIt.map(([name]) => name),
        [type.stream],
      );
    });

    test(`${type.type} - its subject is filled from its own body`, () => {
      const parameters = [...type.subject.matchAll(/\{(\w+)>?\}/g)].map((match) => match[1] ?? '');
      for (const body of examplesOf(type)) {
        for (const name of parameters) {
          assert.ok(['string', 'number'].includes(typeof body[name]), `${name} of ${type.subject}`);
        }
      }
    });
  }

  test('a job of each kind, and each kind’s end, has an example', () => {
    const ends = examplesOf(Progress).map(({ kind, state }) => `${kind} ${state}`);
    for (const kind of ['main', 'classifier', 'dataset', 'explain', 'follow'])
      assert.ok(ends.includes(`${kind} done`), kind);
    assert.deepEqual(
      examplesOf(TrainJob).map(({ kind }) => kind),
      ['main', 'pre', 'classifier'],
    );
  });

  test('every stream has messages', () => {
    const used = new Set(messages.map(({ stream }) => stream));
    assert.deepEqual([...used].sort(), Object.keys(rules).sort());
  });

  test('types are unique, dotted and carry a version', () => {
    assert.equal(new Set(messages.map(({ type }) => type)).size, messages.length);
    for (const { type } of messages) assert.match(type, /^shika(\.[a-z]+)+\.v\d+$/);
  });

  test('has one valid and several invalid examples', () => {
    for (const type of messages) assert.ok(Object.keys(type.examples.invalid).length >= 2, type.type);
  });

  test('no two messages share a subject', () => {
    for (const a of messages) {
      const subject = subjectOf(a, { subject: 'look.a.7' }).replace(/\*/g, 'x');
      for (const b of messages)
        if (a !== b) assert.ok(!selects(subjectOf(b), subject), `${a.type}, ${b.type}`);
    }
  });

  test('index.ts has each one that is declared', () => {
    const folder = resolve(import.meta.dirname, '../../schemas');
    const declared = readdirSync(folder).flatMap((file) => {
      if (!file.endsWith('.ts')) return [];
      const source = readFileSync(join(folder, file), 'utf8');
      return [...source.matchAll(/= message\(\{\s*type: '([^']+)'/g)].map((match) => match[1]);
    });
    assert.deepEqual(declared.sort(), messages.map(({ type }) => type).sort());
  });
});

describe('subjectOf', () => {
  test('fills what it is given', () => {
    assert.equal(subjectOf(Frame, { camera: 'gate', clip: 'c', index: 0 }), 'frame.gate.c.0');
  });

  test('leaves a wildcard for what it is not given', () => {
    assert.equal(subjectOf(Frame, { clip: 'c' }), 'frame.*.c.*');
  });

  test('a subject within a subject: filled as it is, otherwise any number of tokens', () => {
    assert.equal(subjectOf(Dead, { stage: 'detector', subject: 'look.c.7' }), 'dead.detector.look.c.7');
    assert.equal(subjectOf(Dead, { stage: 'detector' }), 'dead.detector.>');
    assert.ok(selects(subjectOf(Dead), 'dead.detector.look.c.7'));
  });
});

describe('identity', () => {
  const cases = [
    [
      'a clip is 16 hex digits',
      ClipId,
      ['0123456789abcdef'],
      ['0123456789ABCDEF', '0123', '', '0123456789abcdef0'],
    ],
    ['a camera is one subject token', CameraId, ['gate-1_b'], ['', 'a.b', 'a b', '*', '>', 'a'.repeat(65)]],
    ['a job is one subject token', JobId, ['main-1'], ['', 'a.b', '*', 'x'.repeat(65)]],
  ] as const;
  for (const [name, schema, good, bad] of cases) {
    test(name, () => {
      for (const id of good) assert.ok(Check(schema, id), id);
      for (const id of bad) assert.ok(!Check(schema, id), id);
    });
  }
});

test('ledger - accounts for labelled, empty, dead and every kind of skipped frame', () => {
  const ledger: Ledger = { decoded: 10, labelled: 4, empty: 3, skipped: { stride: 1, overload: 1 }, dead: 1 };
  assert.ok(Check(Ledger, ledger));
  assert.equal(accountedFor(ledger), ledger.decoded);
});
