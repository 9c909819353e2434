import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chordOf } from '../../../../../../../stages/filter/page/src/keys/chord.ts';

const plain = { code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

describe('chord', () => {
  test('a letter is a capital, with Shift or without', () => {
    assert.equal(chordOf({ ...plain, key: 'a' }), 'A');
    assert.equal(chordOf({ ...plain, key: 'A', shiftKey: true }), 'Shift+A');
  });

  test('of a sign, Shift is part of how it is typed', () => {
    assert.equal(chordOf({ ...plain, key: '?', shiftKey: true }), '?');
    assert.equal(chordOf({ ...plain, key: '+', shiftKey: true }), '+');
  });

  test('Control and Command are the same', () => {
    assert.equal(chordOf({ ...plain, key: 'z', ctrlKey: true }), 'Mod+Z');
    assert.equal(chordOf({ ...plain, key: 'z', metaKey: true, shiftKey: true }), 'Mod+Shift+Z');
  });

  test('with Alt the place of the key counts: a Mac types å there', () => {
    assert.equal(chordOf({ ...plain, key: 'å', code: 'KeyA', altKey: true }), 'Alt+A');
    assert.equal(chordOf({ ...plain, key: '¡', code: 'Digit1', altKey: true }), 'Alt+1');
  });

  test('keys with names keep them', () => {
    assert.equal(chordOf({ ...plain, key: ' ' }), 'Space');
    assert.equal(chordOf({ ...plain, key: 'ArrowLeft', shiftKey: true }), 'Shift+ArrowLeft');
  });
});
