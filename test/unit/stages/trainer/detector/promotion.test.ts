import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScoredImage } from '../../../../../pipeline/domain/scores/detection.ts';
import type { Box } from '../../../../../pipeline/domain/vision/box.ts';
import {
  detectorPromotion,
  type PairedDetections,
} from '../../../../../stages/trainer/detector/promotion.ts';

const truth = [{ box: [10, 10, 100, 100] as Box, label: 'deer' }];

/** A box moved by so many px, which costs it overlap; null: nothing is found. */
function found(off: number | null): ScoredImage {
  return { truth, found: off === null ? [] : [{ box: [10 + off, 10, 100, 100], label: 'deer', score: 0.9 }] };
}

const pairs = (
  offs: readonly (readonly [candidate: number | null, active: number | null])[],
  isDrawn = true,
): PairedDetections[] =>
  offs.map(([candidate, active]) => ({ candidate: found(candidate), active: found(active), isDrawn }));

test('promotion - one whose boxes lie better in every picture takes over, and says by how much', () => {
  const { yes, why } = detectorPromotion(
    pairs([
      [2, 12],
      [3, 11],
      [1, 13],
      [2, 12],
      [3, 12],
    ]),
  );
  assert.equal(yes, true);
  assert.match(why, /AP50:95 0\.\d{3} against 0\.\d{3} .* 5 hand-drawn held-out pictures/);
});

test('promotion - the same again does not, nor one that is worse', () => {
  assert.equal(
    detectorPromotion(
      pairs([
        [5, 5],
        [6, 6],
        [7, 7],
      ]),
    ).yes,
    false,
  );
  assert.equal(
    detectorPromotion(
      pairs([
        [12, 2],
        [11, 3],
        [13, 1],
      ]),
    ).yes,
    false,
  );
});

test('promotion - the reason says how much chance makes: more where pictures disagree', () => {
  const chance = (offs: Parameters<typeof pairs>[0]) =>
    Number(/chance makes (0\.\d{3})/.exec(detectorPromotion(pairs(offs)).why)![1]);
  const agreed = Array.from({ length: 5 }, () => [2, 12] as const);
  assert.ok(chance(agreed) < 0.001);
  assert.ok(chance([[1, 40], ...agreed.slice(1).map(() => [5, 5] as const)]) > 0.05);
});

test('promotion - where the active model drew the boxes being better counts for nothing', () => {
  const automatic = pairs(
    Array.from({ length: 20 }, () => [0, 15] as const),
    false,
  );
  const drawn = pairs([
    [5, 5],
    [6, 6],
    [7, 7],
    [9, 8],
  ]);
  assert.equal(detectorPromotion([...automatic, ...drawn]).yes, false);
});

test('promotion - one that misses animals in the other pictures does not take over', () => {
  const automatic = pairs(
    Array.from({ length: 20 }, () => [null, 2] as const),
    false,
  );
  const drawn = pairs([
    [1, 14],
    [2, 13],
    [1, 12],
    [2, 15],
  ]);
  const { yes, why } = detectorPromotion([...automatic, ...drawn]);
  assert.equal(yes, false);
  assert.match(why, /AP50 0\.\d{3} against 1\.000 on all 24/);
});

test('promotion - with hardly a picture by hand a person decides, whatever the others say', () => {
  const automatic = pairs(
    Array.from({ length: 20 }, (_, i) => [1 + (i % 3), 12 + (i % 2)] as const),
    false,
  );
  const { yes, why } = detectorPromotion([...automatic, ...pairs([[1, 20]])]);
  assert.equal(yes, false);
  assert.match(why, /1 hand-drawn .* 3 are needed.*models activate/);
  assert.equal(detectorPromotion([]).yes, false);
});
