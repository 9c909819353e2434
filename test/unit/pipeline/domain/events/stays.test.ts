import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Detection, stays } from '../../../../../pipeline/domain/events/stays.ts';

const at = (seconds: number, changes: Partial<Detection> = {}): Detection => ({
  camera: 'north',
  species: 'deer',
  clip: 'a',
  frame: seconds,
  time: seconds * 1000,
  ...changes,
});

test('stays - detections less than an interval apart are one stay, by camera and species', () => {
  const found = stays([at(0), at(59.9), at(119.9), at(10, { species: 'boar' }), at(20, { camera: 'south' })]);
  assert.deepEqual(
    found.map(({ camera, species, first, last, detections }) => [
      ...[camera, species, first, last, detections.length],
    ]),
    [
      ['north', 'deer', 0, 59_900, 2],
      ['north', 'boar', 10_000, 10_000, 1],
      ['south', 'deer', 20_000, 20_000, 1],
      ['north', 'deer', 119_900, 119_900, 1],
    ],
  );
});

test('stays - a stay goes on from clip to clip, and its interval is set', () => {
  const detections = [at(0), at(100, { clip: 'b', frame: 0 })];
  assert.equal(stays(detections).length, 2);
  assert.equal(stays(detections, 1800).length, 1);
});

test('stays - the count is the most animals in one frame, not the number of tracks', () => {
  const [stay] = stays([at(0), at(0), at(1), at(1), at(1), at(2), at(1, { clip: 'b' })]);
  assert.equal(stay!.count, 3);
});

test('stays - order of the detections does not matter, none give none', () => {
  assert.deepEqual(stays([at(5), at(1)]), stays([at(1), at(5)]));
  assert.deepEqual(stays([]), []);
});
