import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBackend } from '../../../../../pipeline/domain/models/backend/backend.ts';
import { buildDetectorNetwork } from '../../../../../pipeline/domain/models/detector/network.ts';
import { seededRandom } from '../../../../../pipeline/domain/statistics/seeded-random.ts';
import { combineGradients, gradientsOf } from '../../../../../stages/trainer/detector/gradients.ts';
import { splitAtPart } from '../../../../../stages/trainer/detector/network-part.ts';
import type { DetectorView } from '../../../../../stages/trainer/detector/views.ts';

const side = 64;

test('gradients - of some views and of the others, together they are those of all at once', async () => {
  await openBackend('wasm');
  const { model, strides } = buildDetectorNetwork('tiny', side, 1, 3);
  const split = splitAtPart(model, 'all');
  const reading = { side, strides, outputs: ['deer'] };
  const random = seededRandom(5);
  // The last has no animal: it adds to the loss, and nothing to the weight.
  const views = [20, 28, 36, 44, 0].map((size): DetectorView => {
    const pixels = Uint8ClampedArray.from({ length: side * side * 3 }, () => 255 * random.next());
    return { pixels, targets: size > 0 ? [{ box: [10, 8, size, size], label: 0, weight: 1 }] : [] };
  });
  const gradientsOfViews = (...which: readonly DetectorView[]) => gradientsOf(split, which, reading);
  const whole = combineGradients([gradientsOfViews(...views)]);
  const [a, b, c, d, e] = views as [DetectorView, DetectorView, DetectorView, DetectorView, DetectorView];
  const parted = combineGradients([gradientsOfViews(a, b), gradientsOfViews(c), gradientsOfViews(d, e)]);
  assert.ok(Math.abs(parted.loss.total - whole.loss.total) < 1e-4 * whole.loss.total);
  assert.equal(parted.gradients.length, whole.gradients.length);
  for (const [i, expected] of whole.gradients.entries()) {
    const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
    for (const [j, value] of expected.entries()) {
      const found = parted.gradients[i]![j]!;
      assert.ok(Math.abs(found - value) <= 1e-3 * scale, `${i}, ${j}: found ${found}, expected ${value}`);
    }
  }
  model.dispose();
});
