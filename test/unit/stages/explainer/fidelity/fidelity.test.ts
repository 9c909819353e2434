/** Deletion, insertion, ROAD and the baselines: parts on literals, the whole on a model that is known. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { openBackend } from '../../../../../pipeline/domain/models/backend/backend.ts';
import type { Probe } from '../../../../../stages/explainer/case.ts';
import { baselinesOf, meanOfCells, sobel } from '../../../../../stages/explainer/fidelity/baselines.ts';
import { blur } from '../../../../../stages/explainer/fidelity/blur.ts';
import { areaUnder, byImportance, firstOf } from '../../../../../stages/explainer/fidelity/curves.ts';
import { impute } from '../../../../../stages/explainer/fidelity/impute.ts';
import { measure } from '../../../../../stages/explainer/fidelity/measure.ts';

before(() => openBackend('wasm'));

const near = (actual: number, expected: number, within = 1e-5) =>
  assert.ok(Math.abs(actual - expected) < within, `${actual}, expected ${expected}`);

test('curves - the area under a curve of even steps', () => {
  assert.equal(areaUnder([1, 0]), 0.5);
  assert.equal(areaUnder([1, 1, 0]), 0.75);
});

test('curves - cells by falling value; equal ones in no order of the picture, the same each time', () => {
  const map = (values: number[]) => ({ values: Float32Array.from(values), width: values.length, height: 1 });
  assert.deepEqual(byImportance(map([1, 3, 2])), [1, 2, 0]);
  const even = byImportance(map(new Array(20).fill(0)));
  assert.notDeepEqual(
    even,
    [...even].sort((a, b) => a - b),
  );
  assert.deepEqual(even, byImportance(map(new Array(20).fill(0))));
  assert.deepEqual([...firstOf([2, 0, 1], 2, 3)], [1, 0, 1]);
});

test('Sobel - an edge between 0 and 1 has strength 4 on both sides, a flat picture none', () => {
  const values = Float32Array.from({ length: 36 }, (_, i) => (i % 6 < 3 ? 0 : 1));
  const edges = sobel({ values, width: 6, height: 6 });
  assert.deepEqual([...edges.values.subarray(12, 18)], [0, 0, 4, 4, 0, 0]);
});

test('baselines - cells have the mean of their pixels', () => {
  const map = { values: Float32Array.of(1, 3, 5, 7, 2, 4, 6, 8), width: 4, height: 2 };
  assert.deepEqual([...meanOfCells(map, { width: 2, height: 1 }).values], [2.5, 6.5]);
  const { random, centreBlob } = baselinesOf(map, { width: 2, height: 1 });
  assert.deepEqual(random, baselinesOf(map, { width: 2, height: 1 }).random);
  assert.equal(centreBlob.values[0], centreBlob.values[1]);
});

test('blur - keeps an even picture, and the mean far from edges', () => {
  const even = { values: new Float32Array(5 * 4 * 3).fill(7), width: 5, height: 4 };
  assert.ok(blur(even, 2).values.every((value) => Math.abs(value - 7) < 1e-5));
  const spot = { values: new Float32Array(21 * 21 * 3), width: 21, height: 21 };
  spot.values[(10 * 21 + 10) * 3] = 27;
  const { values } = blur(spot, 1);
  near(
    values.reduce((sum, value) => sum + value, 0),
    27,
    1e-3,
  );
  near(values[(10 * 21 + 10) * 3]!, 27 * (7 / 27) ** 2); // three boxes of 3: 1 3 6 7 6 3 1 of 27, each way
  assert.equal(values[(10 * 21 + 10) * 3 + 1], 0);
});

test('ROAD - a hole in a slope is filled with the slope, and what is kept stays', () => {
  const [width, height] = [12, 12];
  const values = Float32Array.from({ length: width * height * 3 }, (_, i) => Math.trunc(i / 3) % width);
  const kept = new Float32Array(width * height).fill(1);
  for (let y = 4; y < 8; y++) for (let x = 4; x < 8; x++) kept[y * width + x] = 0;
  const filled = impute({ values, width, height }, kept, 200);
  for (const [i, value] of filled.values.entries()) near(value, values[i]!, 0.01);
  assert.deepEqual(impute({ values, width, height }, new Float32Array(144)).values, values);
});

const side = 64;

/** As sure as the upper left quarter shows its pattern: blurred, it is grey. */
function corner(): Probe {
  const values = Float32Array.from({ length: side * side * 3 }, (_, i) => {
    const pixel = Math.trunc(i / 3);
    return ((pixel % side) + Math.trunc(pixel / side)) % 2 === 0 ? 255 : 0;
  });
  return {
    side,
    picture: tf.tensor4d(values, [1, side, side, 3]),
    covered: { width: side, height: side },
    neutral: 114,
    async scores(pictures) {
      const spread = tf.tidy(() => {
        const part = tf.slice(pictures, [0, 0, 0, 0], [-1, side / 2, side / 2, -1]);
        return tf.sqrt(tf.moments(part, [1, 2, 3]).variance);
      });
      const values = await spread.data();
      spread.dispose();
      return Float32Array.from(values, (value) => value / 127.5);
    },
  };
}

test('fidelity - a map that marks what the score depends on beats every baseline in every measure', async () => {
  const map = { values: Float32Array.of(1, 0, 0, 0), width: 2, height: 2 };
  const probe = corner();
  const count = tf.memory().numTensors;
  const measures = await measure(probe, map, [0, 0, side / 2, side / 2]);
  assert.equal(tf.memory().numTensors, count);
  near(measures.score, 1, 1e-3);
  const own = measures.map;
  for (const name of ['random', 'centreBlob', 'edges'] as const) {
    const other = measures[name];
    assert.ok(own.deletion < other.deletion, `${name} deletion ${own.deletion}, ${other.deletion}`);
    assert.ok(own.insertion > other.insertion, `${name} insertion ${own.insertion}, ${other.insertion}`);
    assert.ok(own.road > other.road, `${name} ROAD ${own.road}, ${other.road}`);
    assert.ok(own.pointing!.energyInBox > other.pointing!.energyInBox, name);
  }
  assert.ok(own.pointing!.hit && own.road > 0.3);
});

test('fidelity - without a box there is nothing to point at', async () => {
  const { map, random } = await measure(corner(), { values: new Float32Array(4), width: 2, height: 2 }, null);
  assert.deepEqual([map.pointing, random.pointing], [null, null]);
});
