import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cropBytes, cropRegion, cropsOf } from '../../../../pipeline/domain/datasets/crops.ts';
import type { Review, ReviewedLabel } from '../../../../pipeline/domain/labels/review.ts';
import { decodeImage, encodeJpeg } from '../../../../pipeline/domain/vision/image.ts';
import type { DatasetItem } from '../../../../schemas/dataset.ts';
import type { Cause } from '../../../../schemas/terms.ts';
import { cropDataset, cropItems, type TimedClipLabels } from '../../../../stages/filter/crops.ts';

const picture = { width: 640, height: 360 };

function item(name: string, boxes: readonly [number, number, number, number][], label = 'deer'): DatasetItem {
  return {
    clip: '0123456789abcdef',
    index: 0,
    name,
    ...picture,
    split: 'train',
    boxes: boxes.map((box) => ({ box, label, cause: 'hand', weight: 0.5, risk: 0 })),
  };
}

describe('crop', () => {
  test('a square around the box, a tenth of its longer side more on each side', () => {
    assert.deepEqual(cropRegion([100, 100, 80, 40], picture), [92, 72, 96, 96]);
  });

  test('moved inside at the edges, cut where the picture is too small for it', () => {
    assert.deepEqual(cropRegion([0, 300, 100, 60], picture), [0, 240, 120, 120]);
    assert.deepEqual(cropRegion([10, 10, 500, 300], picture), [0, 0, 600, 360]);
  });

  test('a box all over the picture is the picture', () => {
    assert.deepEqual(cropRegion([0, 0, 640, 360], picture), [0, 0, 640, 360]);
  });

  test('a box that lies outside has none', () => {
    assert.equal(cropRegion([700, 10, 40, 40], picture), null);
  });

  test('each box of a class is one, with a name and a weight of its own', () => {
    const items = [
      item('a.jpg', [
        [100, 100, 40, 40],
        [300, 100, 40, 40],
      ]),
      item('b.jpg', [[0, 0, 640, 360]], 'fox'),
      item('b.jpg', [[0, 0, 640, 360]], 'fox'),
      item('c.jpg', [[0, 0, 9, 9]], 'badger'),
    ];
    const crops = cropsOf({ classes: ['deer', 'fox'], items });
    assert.deepEqual(
      crops.map(({ name, label, weight }) => [name, label, weight]),
      [
        ['a.jpg (1)', 0, 0.5],
        ['a.jpg (2)', 0, 0.5],
        ['b.jpg', 1, 0.5],
        ['b.jpg [2]', 1, 0.5],
      ],
    );
  });

  test('a whole picture stays as it is, a part is cut out', async () => {
    const bytes = await encodeJpeg({ data: new Uint8Array(640 * 360 * 3).fill(90), ...picture }, 90);
    const [whole] = cropsOf({ classes: ['deer'], items: [item('a', [[0, 0, 640, 360]])] });
    assert.equal(await cropBytes(bytes, whole!), bytes);
    const [part] = cropsOf({ classes: ['deer'], items: [item('a', [[100, 100, 80, 40]])] });
    const { width, height } = await decodeImage(await cropBytes(bytes, part!), 'part');
    assert.deepEqual([width, height], [96, 96]);
  });
});

describe('dataset of crops', () => {
  interface Facts {
    readonly track?: number;
    readonly label?: string;
    readonly cause?: Cause;
    readonly review?: Review;
    readonly risk?: number;
  }

  function label(clip: string, index: number, facts: Facts = {}): ReviewedLabel {
    const { track = 1, label = 'deer', cause = 'detected', review = 'accepted', risk = 0.1 } = facts;
    const box: [number, number, number, number] = [10, 10, 40, 30];
    const common = { clip, camera: 'gate', track, index, pts: index / 10, box, label, cause };
    return {
      track: { ...common, score: null, model: null, region: null },
      risk,
      doubts: [],
      trackId: track,
      label,
      review,
      box,
      by: null,
      at: null,
    };
  }

  const clipId = (number: number) => number.toString(16).padStart(16, '0');
  function clip(number: number, frames: number, facts: Facts = {}): TimedClipLabels {
    const labels = Array.from({ length: frames }, (_, i) => label(clipId(number), i, facts));
    return { clip: clipId(number), file: `clip-${number}.mp4`, fps: 10, ...picture, labels };
  }
  const inSplit = (items: readonly DatasetItem[], split: DatasetItem['split']) =>
    items.filter((item) => item.split === split);

  test('one or two clips of a class: the end of each is held out, and the two seconds before are nobody’s', () => {
    const items = cropItems([clip(1, 100)], [], 0.2);
    assert.deepEqual([inSplit(items, 'train').at(-1)?.index, inSplit(items, 'held-out')[0]?.index], [60, 80]);
    assert.equal(inSplit(items, 'held-out').length, 20);
    assert.equal(items[0]?.name, 'clip-1.mp4#0.1');
    const ofTwo = inSplit(cropItems([clip(1, 100), clip(2, 50)], [], 0.2), 'held-out');
    assert.deepEqual(
      [clipId(1), clipId(2)].map((id) => ofTwo.filter((item) => item.clip === id).length),
      [20, 10],
    );
  });

  test('several clips of a class: whole clips are held out, and more clips do not change which', () => {
    const heldOut = (clips: number[]) => {
      const items = cropItems(
        clips.map((n) => clip(n, 30)),
        [],
        0.2,
      );
      const byClip = Map.groupBy(items, (item) => item.clip);
      for (const own of byClip.values()) assert.equal(new Set(own.map(({ split }) => split)).size, 1);
      return [...new Set(inSplit(items, 'held-out').map((item) => item.clip))];
    };
    assert.deepEqual(heldOut([5, 3, 9]), [clipId(3)]);
    assert.deepEqual(heldOut([5, 3, 9, 7, 8]), [clipId(3)]);
    assert.deepEqual(heldOut([1, 5, 3, 9, 7, 8, 11, 12, 13, 14]), [clipId(1), clipId(3)]);
  });

  test('each class is split by itself', () => {
    const deer = clip(1, 50);
    const fox = clip(2, 50, { label: 'fox' });
    const items = cropItems([deer, fox], [], 0.2);
    for (const name of ['deer', 'fox']) {
      const own = items.filter(({ boxes }) => boxes[0]?.label === name);
      assert.ok(inSplit(own, 'train').length > 0 && inSplit(own, 'held-out').length > 0, name);
    }
  });

  test('rejected and pending labels are left out, others on the same frame are not', () => {
    const { labels, ...rest } = clip(1, 1);
    const more = [
      label(clipId(1), 0, { track: 2, review: 'rejected' }),
      label(clipId(1), 1, { review: 'pending' }),
      label(clipId(1), 2, { review: 'corrected', cause: 'moved', risk: 0.9 }),
      label(clipId(1), 3, { cause: 'held', risk: 0.5 }),
    ];
    const items = cropItems([{ ...rest, labels: [...labels, ...more] }], [], 0.2);
    assert.deepEqual(
      items.map(({ name, boxes }) => [name, boxes[0]?.weight]),
      [
        ['clip-1.mp4#0.1', 0.9],
        ['clip-1.mp4#2.1', 1],
        ['clip-1.mp4#3.1', 0.3],
      ],
    );
  });

  test('stills that were drawn on count as they are; frames of a clip only as its labels', () => {
    const still = { ...item('h01.jpg', [[1, 1, 50, 50]]), clip: 'ffffffffffffffff' };
    const frame = { ...item('clip-1.mp4#3', [[1, 1, 50, 50]]), clip: clipId(1), index: 3 };
    const items = cropItems([clip(1, 5)], [still, frame], 0.2);
    assert.deepEqual(items[0], still);
    assert.equal(items.filter(({ index, clip }) => index === 3 && clip === clipId(1)).length, 1);
  });

  test('a long clip gives at most 200 crops a class and split, spread over all of it', () => {
    const items = cropItems([clip(1, 5000)], [], 0.2);
    assert.deepEqual([inSplit(items, 'train').length, inSplit(items, 'held-out').length], [200, 200]);
    assert.ok(inSplit(items, 'train').at(-1)!.index > 3900);
  });

  test('only classes that are left are its classes', () => {
    const items = cropItems([clip(1, 20), clip(2, 5, { label: 'fox', review: 'rejected' })], [], 0.2);
    assert.deepEqual(cropDataset(['deer', 'fox'], items).classes, ['deer']);
  });
});
