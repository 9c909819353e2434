import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxAge, type Unseen } from '../../../../stages/tracker/max-age.ts';

const picture = { width: 1280, height: 720 };
const rules = { lostAfter: 240, leftAfter: 12 };
const unseen: Unseen = {
  box: [400, 300, 80, 60],
  asDrawn: false,
  byHand: true,
  frames: 100,
  missed: 20,
  others: [],
};
const ageFor = (changes: Partial<Unseen>) => maxAge({ ...unseen, ...changes }, picture, rules);

test('max age - longest with what a person drew', () => {
  assert.equal(ageFor({}), 240);
});

test('max age - what the detector began is believed as many frames as it was followed before', () => {
  assert.equal(ageFor({ byHand: false }), 80);
  assert.equal(ageFor({ byHand: false, frames: 23 }), 12, 'but not given up at once');
  assert.equal(ageFor({ byHand: false, frames: 2000 }), 240);
});

test('max age - short at each edge of the picture: the animal has left', () => {
  for (const box of [
    [20, 300, 80, 60],
    [400, 20, 80, 60],
    [1180, 300, 80, 60],
    [400, 640, 80, 60],
  ] as const) {
    assert.equal(ageFor({ box }), 12, `${box}`);
  }
  assert.equal(ageFor({ box: [40, 300, 80, 60] }), 240);
});

test('max age - not at the edge where the box still stands as a person drew it', () => {
  assert.equal(ageFor({ box: [0, 300, 80, 60], asDrawn: true }), 240);
});

test('max age - short where the box lies in that of another animal', () => {
  assert.equal(ageFor({ others: [[390, 290, 120, 100]] }), 12);
  assert.equal(ageFor({ others: [[440, 300, 80, 60]] }), 240, 'half of it');
});

test('max age - never longer at the edge than elsewhere', () => {
  assert.equal(maxAge({ ...unseen, box: [0, 0, 9, 9] }, picture, { lostAfter: 5, leftAfter: 12 }), 5);
});
