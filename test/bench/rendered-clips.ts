/** Rendered scenes as clips on disk, with their truth and the one box that a person would draw beside them. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { filmScene, firstBoxes, pictureSize, truthOf } from '../../pipeline/app/demo/scene.ts';
import type { LabelBox, TruthBox } from '../../pipeline/domain/scores/labels.ts';
import { area, type Box, iou } from '../../pipeline/domain/vision/box.ts';
import { contentId } from '../../pipeline/runtime/content-id.ts';
import { walkFolder } from '../../pipeline/runtime/walk-folder.ts';
import { scenes } from '../fixtures/scenes/scenes.ts';

/** Of an animal so much hidden, by leaves or the picture's edge, a person need not draw the rest; one may. */
const mostHidden = 0.75;

/** All of an animal of which hardly anything can be seen: a label there is neither right nor wrong. */
export interface HiddenAnimal {
  readonly frame: number;
  readonly box: Box;
}

/** `night-11` is the scene `night` with seed 11; null for what is no such name. */
export function sceneOf(name: string): { scene: string; seed: number } | null {
  const [, scene = '', seed] = /^(.+)-(\d+)$/.exec(name) ?? [];
  return scene in scenes ? { scene, seed: Number(seed) } : null;
}

/**
 * Renders the clip unless it is there.
 * @param folder where clips lie, parted by a digest of what renders them
 * @returns its path without ending: `.mp4`, `.truth.csv`, `.first.csv` and `.hidden.json` are there
 */
export async function renderedClip(name: string, folder: string): Promise<string> {
  const known = sceneOf(name);
  if (!known)
    throw new TypeError(`no scene ${name}; expected one of ${Object.keys(scenes).join(', ')} and a seed`);
  const dir = join(folder, await rendererDigest());
  const path = join(dir, name);
  if (existsSync(`${path}.mp4`)) return path;
  await mkdir(dir, { recursive: true });
  const scene = await scenes[known.scene]!(known.seed);
  const seen = await filmScene(`${path}.part.mp4`, scene);
  const truth = truthOf(seen, pictureSize(scene));
  const drawn = firstBoxes(truth).toSorted((a, b) => a.frame - b.frame);
  const rows = truth.map(({ frame, track, box, hidden }) => {
    const visible = box !== null && hidden <= mostHidden;
    return { frame, track, ...sides(visible ? box : null), label: 'deer', visible: Number(visible) };
  });
  const first = drawn
    .slice(0, 1)
    .map(({ frame, box }) => ({ file: `${name}.mp4`, frame, ...sides(box), label: 'deer' }));
  const hidden = seen.flatMap((animals, frame) =>
    animals.flatMap(({ whole, hidden }) => (whole && hidden > mostHidden ? [{ frame, box: whole }] : [])),
  );
  await writeFile(`${path}.truth.csv`, stringify(rows, { header: true }));
  await writeFile(`${path}.first.csv`, stringify(first, { header: true }));
  await writeFile(`${path}.hidden.json`, JSON.stringify(hidden));
  await rename(`${path}.part.mp4`, `${path}.mp4`);
  return path;
}

/** None where the clip is no rendered one. */
export async function hiddenAnimals(path: string): Promise<HiddenAnimal[]> {
  const file = `${path}.hidden.json`;
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : [];
}

/** Without labels that lie by half on a hidden animal, unless they are those of one that can be seen. */
export function withoutHidden<T extends LabelBox>(
  labels: readonly T[],
  truth: readonly TruthBox[],
  hidden: readonly HiddenAnimal[],
): T[] {
  const hiddenAt = Map.groupBy(hidden, ({ frame }) => frame);
  const truthAt = Map.groupBy(truth, ({ frame }) => frame);
  return labels.filter(({ frame, box }) => {
    const there = hiddenAt.get(frame)?.some((animal) => shareOn(box, animal.box) >= 0.5) ?? false;
    return !there || (truthAt.get(frame)?.some((true_) => true_.box && iou(true_.box, box) >= 0.5) ?? false);
  });
}

/** How much of a box lies on another, 0..1. */
function shareOn(box: Box, on: Box): number {
  const w = Math.min(box[0] + box[2], on[0] + on[2]) - Math.max(box[0], on[0]);
  const h = Math.min(box[1] + box[3], on[1] + on[3]) - Math.max(box[1], on[1]);
  return w > 0 && h > 0 ? (w * h) / area(box) : 0;
}

function sides(box: Box | null): Record<'x' | 'y' | 'w' | 'h', number | string> {
  const [x, y, w, h] = box ?? ['', '', '', ''];
  return { x, y, w, h };
}

async function rendererDigest(): Promise<string> {
  const root = join(import.meta.dirname, '../..');
  const sources: string[] = [];
  for (const folder of ['pipeline/app/demo', 'test/fixtures/scenes']) {
    for await (const { path } of walkFolder(join(root, folder))) {
      if (path.endsWith('.ts')) sources.push(await readFile(path, 'utf8'));
    }
  }
  return contentId(sources.join('\n'));
}
