import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '../../../../../pipeline/domain/vision/box.ts';
import { detectorTrust, distrusted } from '../../../../../stages/explainer/detector/trust.ts';
import { centreBlob } from '../../../../../stages/explainer/fidelity/baselines.ts';
import type { HeatMap } from '../../../../../stages/explainer/maps.ts';

/** 4 x 4 px, all 0 but these. */
function map(spots: Readonly<Record<number, number>>): HeatMap {
  const values = new Float32Array(16);
  for (const [at, value] of Object.entries(spots)) values[Number(at)] = value;
  return { values, width: 4, height: 4 };
}

/** The model’s own box, of which it is sure. */
const sure = { score: 0.9, iou: null };

test('trust - energy, share, ratio and the pointing game on literals', () => {
  // 3 of 4 in the box's two columns, the peak among them
  const trust = detectorTrust(map({ 5: 2, 10: 1, 15: 1 }), [1, 0, 2, 4], sure);
  assert.equal(trust.energyInBox, 0.75);
  assert.equal(trust.boxShare, 0.5);
  assert.equal(trust.ratio, 1.5);
  assert.equal(trust.hit, true);
  assert.equal(trust.evidence, 'in the box');
  assert.equal(trust.says, 'evidence in the box: 75 % of the map on 50 % of the picture');
});

test('trust - a pixel that the box covers in part counts in part', () => {
  const trust = detectorTrust(map({ 5: 1 }), [1.5, 1.5, 2, 2], sure);
  assert.equal(trust.energyInBox, 0.25);
});

test('trust - a box over the edge is measured by what lies in the picture', () => {
  assert.equal(detectorTrust(map({ 0: 1 }), [-2, -2, 4, 4], sure).boxShare, 0.25);
  assert.equal(detectorTrust(map({ 0: 1 }), [-2, -2, 4, 4], sure).energyInBox, 1);
});

test('trust - evidence elsewhere is not to be trusted', () => {
  const trust = detectorTrust(map({ 0: 1, 1: 1 }), [2, 2, 2, 2], sure);
  assert.equal(trust.evidence, 'outside the box');
  assert.match(trust.says, /^do not trust: .*\(0 % of the map on 25 % of the picture\)$/);
});

test('trust - a peak elsewhere with much in a small box is partly in it', () => {
  const trust = detectorTrust(map({ 0: 3, 15: 2 }), [3, 3, 1, 1], sure);
  assert.equal(trust.hit, false);
  assert.equal(trust.evidence, 'partly in the box');
});

/** 100 x 100 px: `share` of the sum in the box, evenly, with the peak there; the rest evenly around it. */
function heldBy([x, y, w, h]: Box, share: number): HeatMap {
  const inside = (i: number) => i % 100 >= x && i % 100 < x + w && i / 100 >= y && i / 100 < y + h;
  const area = w * h;
  const values = Float32Array.from({ length: 10_000 }, (_, i) =>
    inside(i) ? share / area : (1 - share) / (10_000 - area),
  );
  values[(y + h / 2) * 100 + x + w / 2]! += 1e-3;
  return { values, width: 100, height: 100 };
}

test('trust - 70 % of the map in a box of 60 % of the picture is not in the box: half of any map is', () => {
  const trust = detectorTrust(heldBy([0, 0, 60, 100], 0.7), [0, 0, 60, 100], sure);
  assert.equal(trust.hit, true);
  assert.equal(trust.evidence, 'partly in the box');
});

test('trust - the same share in a box of a tenth of the picture is in the box', () => {
  assert.equal(detectorTrust(heldBy([0, 0, 50, 20], 0.7), [0, 0, 50, 20], sure).evidence, 'in the box');
});

test('trust - less than a blob in the middle has is not in the box', () => {
  const box = [20, 20, 60, 60] as const;
  const blob = detectorTrust(heldBy(box, 0.65), box, sure);
  assert.ok(blob.centreBlob.energyInBox > 0.65);
  assert.equal(blob.evidence, 'partly in the box');
});

test('trust - a large wrong box with all the evidence is not in the box: the model found another', () => {
  const found = { score: 0.9, iou: 0.35 };
  const trust = detectorTrust(heldBy([40, 40, 10, 10], 1), [35, 35, 17, 17], found);
  assert.ok(trust.energyInBox > 0.99 && trust.hit);
  assert.equal(trust.evidence, 'partly in the box');
  assert.match(trust.says, /the model found another box$/);
});

test('trust - 1 % of the map in the box is outside it, however small the box', () => {
  for (const box of [
    [10, 10, 4, 4],
    [10, 10, 40, 40],
  ] as const) {
    const trust = detectorTrust(heldBy(box, 0.01), box, sure);
    assert.equal(trust.evidence, 'outside the box');
    assert.match(trust.says, /^do not trust/);
  }
});

test('trust - less than an even map has in the box is outside it, the peak or not', () => {
  const trust = detectorTrust(heldBy([0, 0, 80, 100], 0.6), [0, 0, 80, 100], sure);
  assert.deepEqual([trust.hit, trust.evidence], [true, 'outside the box']);
});

test('trust - there is no evidence for what the model does not find', () => {
  const trust = detectorTrust(heldBy([40, 40, 10, 10], 1), [40, 40, 10, 10], { score: 0.04, iou: 0.8 });
  assert.equal(trust.evidence, 'none');
  assert.equal(trust.says, 'do not trust: the model finds no such box (score 0.04)');
});

test('trust - an empty map is no evidence', () => {
  const trust = detectorTrust(map({}), [0, 0, 4, 4], sure);
  assert.deepEqual([trust.energyInBox, trust.hit, trust.evidence], [0, false, 'none']);
});

test('trust - a blob in the middle, too, finds what is in the middle', () => {
  const blob = centreBlob({ width: 41, height: 31 });
  const peak = blob.values.indexOf(Math.max(...blob.values));
  assert.deepEqual([peak % 41, Math.trunc(peak / 41)], [20, 15]);
  const { centreBlob: baseline } = detectorTrust(map({ 0: 1 }), [1, 1, 2, 2], sure);
  assert.ok(baseline.hit && baseline.ratio > 1);
  assert.ok(!detectorTrust(map({ 0: 1 }), [0, 0, 1, 1], sure).centreBlob.hit);
});

test('trust - a map of a method that fails the sanity check is no evidence wherever it points', () => {
  const trust = detectorTrust(map({ 5: 2, 10: 1, 15: 1 }), [1, 0, 2, 4], sure);
  const { evidence, says, energyInBox } = distrusted(trust, 'fails the sanity check');
  assert.deepEqual([evidence, energyInBox], ['none', 0.75]);
  assert.equal(says, 'do not trust: this method fails the sanity check');
});
