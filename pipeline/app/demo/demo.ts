/**
 * The demo's input, rendered by the project itself: a clip of a deer in a clearing whose boxes are known to the
 * pixel, stills of the same place to pre-train on, and others to score on. Nothing in it comes from outside.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { Box } from '../../domain/vision/box.ts';
import type { Raster } from '../../domain/vision/image.ts';
import { encodeClip } from '../../domain/vision/video-encode.ts';
import { type Exposure, expose, type Seen } from './camera.ts';
import { height, width } from './layer.ts';
import { buildSite, type Site } from './site.ts';
import { type StillSet, takeStills } from './stills.ts';
import { clipExposures, fps, frames } from './story.ts';

/** Paths of what was written. */
export interface DemoFiles {
  /** H.264 mp4, 640x360, 12.5 frames a second, 160 frames. */
  readonly clip: string;
  /** The box on the clip's first frame: `file,frame,x,y,w,h,label`. */
  readonly first: string;
  /** Folder of 24 stills with boxes as COCO. */
  readonly hand: string;
  /** The clip's true boxes, of what can be seen: `frame,x,y,w,h,label,visible,hidden`. */
  readonly truth: string;
  /** Folder of 40 other stills, 6 of them without an animal, as COCO: to score on, never to train on. */
  readonly heldOut: string;
}

const label = 'deer';
const clipName = 'clearing.mp4';
const handSet: StillSet = { stills: 24, infrared: 4, blank: 0 };
const heldOutSet: StillSet = { stills: 40, infrared: 6, blank: 6 };

/**
 * @param dir made where it is missing; files of the same names are overwritten
 * @param seed the same seed gives the same pictures
 * @param onProgress called after each picture
 */
export async function writeDemo(
  dir: string,
  seed = 1,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<DemoFiles> {
  await mkdir(dir, { recursive: true });
  const site = await buildSite(seed);
  const total = frames + handSet.stills + heldOutSet.stills;
  let done = 0;
  const tick = () => onProgress(++done, total);

  const files: DemoFiles = {
    clip: join(dir, clipName),
    first: join(dir, 'first.csv'),
    hand: join(dir, 'hand'),
    truth: join(dir, 'truth.csv'),
    heldOut: join(dir, 'held-out'),
  };
  const seen = await writeClip(files.clip, site, clipExposures(seed), tick);
  const rows = seen.map(({ box, hidden }, frame) => truthRow(frame, box, hidden));
  await writeFile(files.truth, stringify(rows, { header: true }));
  const [x, y, w, h] = seen[0]?.box ?? [0, 0, 0, 0];
  await writeFile(
    files.first,
    stringify([{ file: clipName, frame: 0, x, y, w, h, label }], { header: true }),
  );
  await writeStills(files.hand, site, seed * 31 + 1, handSet, tick);
  await writeStills(files.heldOut, site, seed * 31 + 2, heldOutSet, tick);
  return files;
}

async function writeClip(path: string, site: Site, exposures: Exposure[], tick: () => void): Promise<Seen[]> {
  const seen: Seen[] = [];
  async function* rasters(): AsyncGenerator<Raster> {
    for (const exposure of exposures) {
      const picture = expose(site, exposure);
      seen.push(picture.seen[0]!);
      yield picture.raster;
      tick();
    }
  }
  await encodeClip(path, rasters(), { fps });
  return seen;
}

function truthRow(frame: number, box: Box | null, hidden: number): Record<string, number | string> {
  const [x, y, w, h] = box ?? ['', '', '', ''];
  return { frame, x, y, w, h, label, visible: box === null ? 0 : 1, hidden: Math.round(hidden * 100) / 100 };
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
