/**
 * The demo's input, rendered by the project itself: a clip of a deer in a clearing whose boxes are known to the
 * pixel, stills of the same place to pre-train on, and others to score on. Nothing in it comes from outside.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { Box } from '../../domain/vision/box.ts';
import { height, width } from './layer.ts';
import { nightScene } from './night.ts';
import { filmScene, firstBoxes, pictureSize, type TruthLine, truthOf } from './scene.ts';
import type { Site } from './site.ts';
import { type StillSet, takeStills } from './stills.ts';
import { daylightScene } from './story.ts';

/** Paths of what was written. */
export interface DemoFiles {
  /** H.264 mp4, 640x360, 12.5 frames a second: 160 frames by day, 288 by night. */
  readonly clip: string;
  /** The box on the first frame that has all of the animal and shows most: `file,frame,x,y,w,h,label`. */
  readonly first: string;
  /** Folder of 24 stills with boxes as COCO. */
  readonly hand: string;
  /** The clip's true boxes, of what can be seen: `frame,track,x,y,w,h,label,visible,hidden`. */
  readonly truth: string;
  /** Folder of 40 other stills, 6 of them without an animal, as COCO: to score on, never to train on. */
  readonly heldOut: string;
  /** Of the clip. */
  readonly frames: number;
}

const label = 'deer';
const handSet: StillSet = { stills: 24, infrared: 4, blank: 0 };
const heldOutSet: StillSet = { stills: 40, infrared: 6, blank: 6 };
const handSetNight: StillSet = { ...handSet, infrared: 18 };
const heldOutSetNight: StillSet = { ...heldOutSet, infrared: 28 };

/** What is rendered. */
export interface DemoOptions {
  /** The same seed gives the same pictures. */
  readonly seed?: number;
  /** A clip by night in the place of that by day, and more stills in infrared. */
  readonly night?: boolean;
  /** Called after each picture. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** @param dir made where it is missing; files of the same names are overwritten */
export async function writeDemo(
  dir: string,
  { seed = 1, night = false, onProgress = () => undefined }: DemoOptions = {},
): Promise<DemoFiles> {
  await mkdir(dir, { recursive: true });
  const scene = await (night ? nightScene(seed) : daylightScene(seed));
  const clipName = night ? 'night.mp4' : 'clearing.mp4';
  const [hand, heldOut] = night ? [handSetNight, heldOutSetNight] : [handSet, heldOutSet];
  const total = scene.exposures.length + hand.stills + heldOut.stills;
  let done = 0;
  const tick = () => onProgress(++done, total);

  const files: DemoFiles = {
    clip: join(dir, clipName),
    first: join(dir, 'first.csv'),
    hand: join(dir, 'hand'),
    truth: join(dir, 'truth.csv'),
    heldOut: join(dir, 'held-out'),
    frames: scene.exposures.length,
  };
  const truth = truthOf(await filmScene(files.clip, scene, tick), pictureSize(scene));
  await writeFile(files.truth, stringify(truth.map(truthRow), { header: true }));
  const first = firstBoxes(truth).map(({ frame, box }) => ({ file: clipName, frame, ...sides(box), label }));
  await writeFile(files.first, stringify(first, { header: true }));
  await writeStills(files.hand, scene.site, seed * 31 + 1, hand, tick);
  await writeStills(files.heldOut, scene.site, seed * 31 + 2, heldOut, tick);
  return files;
}

function truthRow({ frame, track, box, hidden }: TruthLine): Record<string, number | string> {
  const visible = box === null ? 0 : 1;
  return { frame, track, ...sides(box), label, visible, hidden: Math.round(hidden * 100) / 100 };
}

function sides(box: Box | null): Record<'x' | 'y' | 'w' | 'h', number | string> {
  const [x, y, w, h] = box ?? ['', '', '', ''];
  return { x, y, w, h };
}

async function writeStills(
  dir: string,
  site: Site,
  seed: number,
  set: StillSet,
  tick: () => void,
): Promise<void> {
  await mkdir(join(dir, 'images'), { recursive: true });
  const images: object[] = [];
  const annotations: object[] = [];
  let id = 0;
  for await (const { jpeg, boxes } of takeStills(site, seed, set)) {
    id += 1;
    const file = `still-${String(id).padStart(2, '0')}.jpg`;
    await writeFile(join(dir, 'images', file), jpeg);
    images.push({ id, file_name: file, width, height });
    for (const box of boxes) {
      annotations.push({
        id: annotations.length + 1,
        image_id: id,
        category_id: 1,
        bbox: box,
        area: box[2] * box[3],
        iscrowd: 0,
      });
    }
    tick();
  }
  const categories = [{ id: 1, name: label }];
  const info = { description: "rendered by Shika's demo" };
  await writeFile(
    join(dir, 'coco.json'),
    `${JSON.stringify({ info, images, annotations, categories }, null, 1)}\n`,
  );
}
