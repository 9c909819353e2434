import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { actionOf, BINDINGS, type Scope } from '../../../../../../../stages/filter/page/src/keys/bindings.ts';
import { keysEn } from '../../../../../../../stages/filter/page/src/words/keys-en.ts';
import { keysJa } from '../../../../../../../stages/filter/page/src/words/keys-ja.ts';

const scopes = Object.keys(BINDINGS) as Scope[]; // the table's own keys

/** The chords of some views, each with where it holds. */
function chordsOf(views: readonly Scope[]): string[] {
  return views.flatMap((scope) => Object.values(BINDINGS[scope]).flat());
}

describe('keys', () => {
  test('a chord means one thing in a view, and in those that are open with it', () => {
    for (const views of [
      ['page', 'picture', 'draw'],
      ['page', 'picture', 'track'],
      ['page', 'tracks'],
      ['page', 'lasso'],
      ['page', 'picture', 'audit'],
    ] as const) {
      const all = chordsOf(views);
      const twice = all.filter((chord, i) => all.indexOf(chord) !== i);
      assert.deepEqual(twice, [], views.join(' + '));
    }
  });

  test('number keys are free for classes', () => {
    assert.deepEqual(
      chordsOf(scopes).filter((chord) => /^[1-9]$/.test(chord)),
      [],
    );
  });

  test('every key is named in both languages, and no two of a view alike', () => {
    for (const words of [keysEn, keysJa]) {
      for (const scope of scopes) {
        const names = Object.values(words[scope]);
        assert.deepEqual(Object.keys(words[scope]).sort(), Object.keys(BINDINGS[scope]).sort());
        assert.equal(new Set(names).size, names.length, scope);
      }
    }
  });

  test('CVAT’s keys lead through frames', () => {
    for (const scope of ['draw', 'track'] as const) {
      assert.deepEqual(
        ['F', 'D', 'V', 'C'].map((chord) => actionOf(scope, chord)),
        ['next', 'previous', 'nextTen', 'previousTen'],
      );
    }
    assert.equal(actionOf('track', 'ctrl'), null);
  });
});
