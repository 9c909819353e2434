import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '../../../../../pipeline/domain/vision/box.ts';
import type { Follower, Pictures, WindowLabel } from '../../../../../stages/tracker/hindsight/evidence.ts';
import { settleStretch } from '../../../../../stages/tracker/hindsight/stretch.ts';

/** A picture that says which frame it is of, and nothing else. */
const pictures: Pictures = {
  raster: async (index) => ({ width: 400, height: 300, data: Uint8Array.of(index) }),
};

/** Sees the animal where it is. */
function following(at: (frame: number) => Box): Follower {
  return {
    template: async () => ({ features: new Float32Array(0), padding: [0, 0, 0] }),
    search: async (_, picture) => ({ box: at(picture.data[0]!), score: 0.9 }),
  };
}

function label(changes: Partial<WindowLabel> = {}): WindowLabel {
  return {
    ...{ track: 1, label: 'deer', cause: 'held', score: null, model: null, region: null, settled: false },
    box: [0, 0, 300, 200],
    ...changes,
  };
}

const walk = (frame: number): Box => [10 * frame, 50, 80, 60];
const stretch = {
  from: { frame: 0, box: walk(0) },
  to: { frame: 10, box: walk(10) },
  labels: Array.from({ length: 9 }, (_, i) => ({ frame: i + 1, label: label() })),
};

test('stretch - without weights the box goes from one sure box to the other', async () => {
  const settled = await settleStretch(stretch, pictures, null);
  assert.deepEqual(
    settled.map(({ cause }) => cause),
    Array(9).fill('interpolated'),
  );
  assert.deepEqual(settled[4]!.box, walk(5));
});

test('stretch - an animal that waits and then runs is followed by its looks', async () => {
  const runs = (frame: number): Box => (frame < 8 ? walk(0) : walk(frame === 8 ? 5 : 10));
  const settled = await settleStretch(stretch, pictures, following(runs));
  assert.equal(settled[3]!.cause, 'followed');
  assert.deepEqual(settled[3]!.box, walk(0));
  assert.deepEqual(settled[7]!.box, walk(5));
  assert.equal(settled[3]!.likeness, 0.9);
});

test('stretch - a way that does not lead to the other end is not believed', async () => {
  const settled = await settleStretch(
    stretch,
    pictures,
    following(() => [300, 200, 20, 20]),
  );
  assert.deepEqual(
    settled.map(({ cause }) => cause),
    Array(9).fill('interpolated'),
  );
});

test('stretch - a weak detection that agrees is joined to what was followed; one that does not is left', async () => {
  const weak = (box: Box) => label({ cause: 'detected', score: 0.3, box: [...box] });
  const labels = [
    { frame: 4, label: weak([44, 50, 80, 60]) },
    { frame: 5, label: weak([200, 50, 80, 60]) },
  ];
  const [agrees, differs] = await settleStretch({ ...stretch, labels }, pictures, following(walk));
  assert.equal(agrees!.cause, 'detected');
  assert.ok(Math.abs(agrees!.box[0] - (0.65 * 44 + 0.35 * 40)) < 1e-9);
  assert.deepEqual([differs!.cause, differs!.box], ['followed', walk(5)]);
});
