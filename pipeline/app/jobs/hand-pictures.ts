/** Puts what was drawn on by hand on the bus: stills, and the clips' frames that have a box. */
import { readFile } from 'node:fs/promises';
import type { Anchor } from '../../../schemas/clip-arrived.ts';
import type { DatasetItem } from '../../../schemas/dataset.ts';
import { Image } from '../../../schemas/image.ts';
import { storePicture } from '../../domain/datasets/pictures.ts';
import type { HandStill } from '../../domain/formats/hand.ts';
import { type Problem, problem } from '../../domain/formats/problem.ts';
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

/** Frames of a clip that have anchors, on the bus. */
export interface PublishedAnchors {
  readonly items: readonly DatasetItem[];
  /** Those on frames that came out. */
  readonly anchors: readonly Anchor[];
  /** A frame each that did not. */
  readonly problems: readonly Problem[];
}

/** Publishes the frames of a clip that have anchors; a frame that does not come out is left out, the others are used. */
export async function publishAnchors(
  bus: Bus,
  input: ClipInput,
  anchors: readonly Anchor[],
  quality: number,
): Promise<PublishedAnchors> {
  const wanted = Map.groupBy(anchors, (anchor) => anchor.frame);
  if (wanted.size === 0) return { items: [], anchors: [], problems: [] };
  const last = Math.max(...wanted.keys());
  const { clip, file } = input;
  const items: DatasetItem[] = [];
  let why = 'the clip ends before it';
  try {
    for await (const frame of decodeClip(input.path)) {
      const on = wanted.get(frame.index);
      if (on) {
        const { index } = frame;
        const payload = await frame.jpeg(quality);
        const { width, height } = await decodeImage(payload, `${file}#${index}`);
        await bus.publish(outgoing(Image, { clip, index }, { clip, index, width, height }, { payload }));
        const boxes = on.map(({ box, label }) => drawn(box, label));
        items.push({ clip, index, name: `${file}#${index}`, width, height, split: 'train', boxes });
      }
      if (frame.index >= last) break;
    }
  } catch (error) {
    // The decoder will meet the same fault and report it with the clip.
    if (!(error instanceof PoisonError)) throw error;
    why = error.message;
  }
  const came = new Set(items.map(({ index }) => index));
  const missing = [...wanted.keys()].filter((frame) => !came.has(frame)).toSorted((a, b) => a - b);
  return {
    items,
    anchors: anchors.filter(({ frame }) => came.has(frame)),
    problems: missing.map((frame) =>
      problem(file, undefined, `frame ${frame}: box left out`, {
        found: why,
        expected: 'a frame of the clip',
      }),
    ),
  };
}

function drawn(box: Box, label: string): DatasetItem['boxes'][number] {
  return { box: [...box], label, cause: 'hand', weight: 1, risk: 0 };
}
