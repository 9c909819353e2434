import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectorTrust, distrusted } from '../../../../../stages/explainer/detector/trust.ts';
import { centreBlob } from '../../../../../stages/explainer/fidelity/baselines.ts';
import type { HeatMap } from '../../../../../stages/explainer/maps.ts';

/** 4 x 4 px, all 0 but these. */
function map(spots: Readonly<Record<number, number>>): HeatMap {
  const values = new Float32Array(16);
  for (const [at, value] of Object.entries(spots)) values[Number(at)] = value;
  return { values, width: 4, height: 4 };
}

test('trust - energy, share, ratio and the pointing game on literals', () => {
  // 3 of 4 in the box's two columns, the peak among them
  const trust = detectorTrust(map({ 5: 2, 10: 1, 15: 1 }), [1, 0, 2, 4]);
  assert.equal(trust.energyInBox, 0.75);
  assert.equal(trust.boxShare, 0.5);
  assert.equal(trust.ratio, 1.5);
  assert.equal(trust.hit, true);
  assert.equal(trust.evidence, 'in the box');
  assert.equal(trust.says, 'evidence in the box: 75 % of the map on 50 % of the picture');
});

test('trust - a pixel that the box covers in part counts in part', () => {
  const trust = detectorTrust(map({ 5: 1 }), [1.5, 1.5, 2, 2]);
  assert.equal(trust.energyInBox, 0.25);
});

test('trust - a box over the edge is measured by what lies in the picture', () => {
  assert.equal(detectorTrust(map({ 0: 1 }), [-2, -2, 4, 4]).boxShare, 0.25);
  assert.equal(detectorTrust(map({ 0: 1 }), [-2, -2, 4, 4]).energyInBox, 1);
});

test('trust - evidence elsewhere is not to be trusted', () => {
  const trust = detectorTrust(map({ 0: 1, 1: 1 }), [2, 2, 2, 2]);
  assert.equal(trust.evidence, 'outside the box');
  assert.match(trust.says, /^do not trust: .*\(0 % of the map on 25 % of the picture\)$/);
});

test('trust - a peak elsewhere with much in a small box is partly in it', () => {
  const trust = detectorTrust(map({ 0: 3, 15: 2 }), [3, 3, 1, 1]);
  assert.equal(trust.hit, false);
  assert.equal(trust.evidence, 'partly in the box');
});

test('trust - an empty map is no evidence', () => {
  const trust = detectorTrust(map({}), [0, 0, 4, 4]);
  assert.deepEqual([trust.energyInBox, trust.hit, trust.evidence], [0, false, 'none']);
});

test('trust - a blob in the middle, too, finds what is in the middle', () => {
  const blob = centreBlob({ width: 41, height: 31 });
  const peak = blob.values.indexOf(Math.max(...blob.values));
  assert.deepEqual([peak % 41, Math.trunc(peak / 41)], [20, 15]);
  const { centreBlob: baseline } = detectorTrust(map({ 0: 1 }), [1, 1, 2, 2]);
  assert.ok(baseline.hit && baseline.ratio > 1);
  assert.ok(!detectorTrust(map({ 0: 1 }), [0, 0, 1, 1]).centreBlob.hit);
});

test('trust - a map of a method that fails the sanity check is no evidence wherever it points', () => {
  const trust = detectorTrust(map({ 5: 2, 10: 1, 15: 1 }), [1, 0, 2, 4]);
  const { evidence, says, energyInBox } = distrusted(trust, 'fails the sanity check');
  assert.deepEqual([evidence, energyInBox], ['none', 0.75]);
  assert.equal(says, 'do not trust: this method fails the sanity check');
});
