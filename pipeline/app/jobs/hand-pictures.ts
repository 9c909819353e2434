/** Puts what was drawn on by hand on the bus: stills, and the clips' frames that have a box. */
import { readFile } from 'node:fs/promises';
import type { Anchor } from '../../../schemas/clip-arrived.ts';
import type { DatasetItem } from '../../../schemas/dataset.ts';
import { Image } from '../../../schemas/image.ts';
import { storePicture } from '../../domain/datasets/pictures.ts';
import type { HandStill } from '../../domain/formats/hand.ts';
import { type Box, scale as scaleBox } from '../../domain/vision/box.ts';
import { decodeImage } from '../../domain/vision/image.ts';
import { decodeClip } from '../../domain/vision/video-decode.ts';
import type { ClipInput } from '../../ingest/folders/clip-files.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { outgoing } from '../../runtime/bus/envelope.ts';
import { PoisonError } from '../../runtime/errors.ts';

/** Every n-th still is held out to score on, where there are enough of them. */
const HELD_OUT_EVERY = 5;
const ENOUGH = 10;

/** @param holdOut whether every fifth is held out; without it all are trained on, and nothing is left to score on */
export async function publishStills(
  bus: Bus,
  stills: readonly HandStill[],
  holdOut: boolean,
): Promise<DatasetItem[]> {
  const every = holdOut && stills.length >= ENOUGH ? HELD_OUT_EVERY : Number.POSITIVE_INFINITY;
  const items: DatasetItem[] = [];
  for (const [i, still] of stills.entries()) {
    const { scale, ...stored } = await storePicture(bus, await readFile(still.path), still.name);
    const heldOut = i % every === every - 1;
    const boxes = still.boxes.map(({ box, label }) => drawn(scaleBox(box, scale), label));
    items.push({ ...stored, name: still.name, split: heldOut ? 'held-out' : 'train', boxes });
  }
  return items;
}

/**
 * Publishes the frames of a clip that have anchors.
 * @throws PoisonError where the clip has no such frame or cannot be decoded
 */
export async function publishAnchors(
  bus: Bus,
  input: ClipInput,
  anchors: readonly Anchor[],
  quality: number,
): Promise<DatasetItem[]> {
  const wanted = Map.groupBy(anchors, (anchor) => anchor.frame);
  if (wanted.size === 0) return [];
  const last = Math.max(...wanted.keys());
  const items: DatasetItem[] = [];
  for await (const frame of decodeClip(input.path)) {
    const on = wanted.get(frame.index);
    if (on) {
      const { clip, file } = input;
      const { index } = frame;
      const payload = await frame.jpeg(quality);
      const { width, height } = await decodeImage(payload, `${file}#${index}`);
      await bus.publish(outgoing(Image, { clip, index }, { clip, index, width, height }, { payload }));
      const boxes = on.map(({ box, label }) => drawn(box, label));
      items.push({ clip, index, name: `${file}#${index}`, width, height, split: 'train', boxes });
    }
    if (frame.index >= last) break;
  }
  if (items.length < wanted.size) {
    throw new PoisonError(`${input.file} has a hand-drawn box on a frame that it does not have`, {
      found: `frame ${last}`,
      expected: 'a frame of the clip (0-based)',
    });
  }
  return items;
}

function drawn(box: Box, label: string): DatasetItem['boxes'][number] {
  return { box: [...box], label, cause: 'hand', weight: 1, risk: 0 };
}
