import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawnItems, joinHandDrawn } from '../../../../../pipeline/domain/datasets/hand-drawn.ts';
import type { LabelDrawn } from '../../../../../schemas/label-drawn.ts';

const clip = '0123456789abcdef';

function drawn(index: number, boxes: LabelDrawn['boxes'], more: Partial<LabelDrawn> = {}): LabelDrawn {
  const size = { width: 640, height: 360 };
  const who = { by: 'mika', at: '2026-11-01T09:00:00.000Z' };
  return { clip, index, ...size, decision: 'drawn', boxes, action: `draw-${index}`, ...who, ...more };
}

const box = { box: [10, 20, 30, 40] as [number, number, number, number], label: 'deer' };
const items = (log: readonly LabelDrawn[]) => drawnItems(log, () => 'deer.mp4');

test('hand-drawn - a frame counts as it stands: drawn again, empty, taken away, undone', () => {
  const fox = { ...box, label: 'fox' };
  const log = [
    drawn(0, [box], { action: 'a' }),
    drawn(0, [fox], { action: 'b' }),
    drawn(1, []),
    drawn(2, [box]),
    drawn(2, null, { action: 'away' }),
    drawn(3, [box], { action: 'c' }),
    drawn(3, [box], { action: 'c', decision: 'undone' }),
  ];
  assert.deepEqual(
    items(log).map(({ index, boxes }) => [index, boxes.map(({ label }) => label)]),
    [
      [0, ['fox']],
      [1, []],
    ],
  );
  assert.equal(items(log)[0]?.name, 'deer.mp4#0');
  assert.equal(items(log)[0]?.boxes[0]?.cause, 'hand');
});

test('hand-drawn - few frames are all trained on; of many, the same are held out whatever is drawn later', () => {
  const some = (count: number) => items(Array.from({ length: count }, (_, i) => drawn(i, [box])));
  assert.ok(some(9).every(({ split }) => split === 'train'));
  const heldOut = (count: number) =>
    some(count).flatMap(({ index, split }) => (split === 'held-out' ? [index] : []));
  const [twenty, sixty] = [heldOut(20), heldOut(60)];
  assert.deepEqual(
    sixty.filter((index) => index < 20),
    twenty,
  );
  assert.ok(sixty.length >= 5 && sixty.length <= 20, `${sixty.length} of 60`);
});

test('hand-drawn - what was drawn on a frame takes the place of what a file said of it', () => {
  const [first, second] = items([drawn(0, [box]), drawn(1, [{ ...box, label: 'fox' }])]);
  const file = { ...first!, name: 'of a file', boxes: [] };
  const joined = joinHandDrawn({ classes: ['deer'], items: [file] }, [first!, second!]);
  assert.deepEqual(joined.classes, ['deer', 'fox']);
  assert.deepEqual(joined.items, [first, second]);
});
