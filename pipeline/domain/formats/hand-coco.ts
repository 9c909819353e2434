/** A folder of pictures with one COCO file: `coco.json` + `images/`, as most tools export it. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { PoisonError, UsageError } from '../../runtime/errors.ts';
import { isHiddenName } from '../../runtime/walk-folder.ts';
import type { Box } from '../vision/box.ts';
import { type CocoAnnotation, readCoco, readJson } from './coco.ts';
import { baseName } from './file-name.ts';
import { asProblem, collect, type Problem, problem } from './problem.ts';
import { type DrawnStill, inside, openStill } from './still.ts';

const usualNames = ['coco.json', 'annotations.json', '_annotations.coco.json', 'instances_default.json'];

/** The folder's COCO file: one of the usual names, else its only `.json` that looks like one. */
export async function findCoco(folder: string): Promise<string | undefined> {
  for (const place of [folder, join(folder, 'annotations')]) {
    const names = (await readdir(place).catch((): string[] => [])).filter((name) => !isHiddenName(name));
    const usual = usualNames.find((name) => names.includes(name));
    if (usual !== undefined) return join(place, usual);
    const others = names.filter((name) => name.endsWith('.json')).map((name) => join(place, name));
    if (others.length === 1 && (await looksLikeCoco(others[0]!))) return others[0];
  }
  return undefined;
}

async function looksLikeCoco(path: string): Promise<boolean> {
  const value = await readJson(path);
  return typeof value === 'object' && value !== null && 'images' in value && 'annotations' in value;
}

/**
 * Crowd regions and annotations without a box are passed over.
 *
 * @throws UsageError where the file is no COCO file, or none of its pictures can be used
 */
export async function readCocoStills(path: string): Promise<{ stills: DrawnStill[]; problems: Problem[] }> {
  const { images, annotations, categories } = await readCoco(path);
  const names = new Map(categories.map(({ id, name }) => [id, name]));
  const drawn = new Map<string | number, CocoAnnotation[]>(images.map(({ id }) => [id, []]));
  const problems: Problem[] = [];
  for (const annotation of annotations) {
    const ofImage = drawn.get(annotation.image_id);
    if (ofImage !== undefined) ofImage.push(annotation);
    else problems.push(ofNoImage(path, annotation));
  }
  const stills: DrawnStill[] = [];
  for (const image of images) {
    try {
      const still = await openStill(findPicture(path, image.file_name));
      sameSize(still, image);
      const boxes = drawn
        .get(image.id)!
        .flatMap(
          (annotation) =>
            collect(problems, still.path, undefined, () => boxOf(annotation, names, still)) ?? [],
        );
      stills.push({ ...still, boxes });
    } catch (error) {
      problems.push(asProblem(error, path));
    }
  }
  if (stills.length === 0) {
    throw new UsageError(`${path} has no picture that can be used`, {
      found: problems[0]?.message ?? 'no images',
      expected: 'pictures beside it, in images/',
    });
  }
  return { stills, problems };
}

function ofNoImage(path: string, { image_id }: CocoAnnotation): Problem {
  return problem(path, undefined, 'an annotation of no image', {
    found: `image_id ${image_id}`,
    expected: 'the id of one of its images',
  });
}

/** `file_name` is relative to `images/<subset>/`, `images/` or the file; nothing outside its folder is read. */
function findPicture(path: string, fileName: string): string {
  const folder = dirname(path);
  const subset = /^instances_(.+)\.json$/.exec(baseName(path))?.[1] ?? '';
  const root = baseName(folder) === 'annotations' ? dirname(folder) : folder;
  const candidates = [
    join(root, 'images', subset, fileName),
    join(root, 'images', fileName),
    join(root, fileName),
    join(root, 'images', baseName(fileName)),
    join(root, baseName(fileName)),
  ];
  const found = candidates.find(
    (path) => !relative(root, path).split(sep).includes('..') && existsSync(path),
  );
  if (found === undefined) {
    throw new PoisonError('a picture is missing', {
      found: `no ${fileName}`,
      expected: `it in ${join(root, 'images')}`,
    });
  }
  return found;
}

/** Boxes drawn at another size, or before the picture was turned upright, would be wrong. */
function sameSize(still: DrawnStill, image: { readonly width?: number; readonly height?: number }): void {
  const { width = still.width, height = still.height } = image;
  if (width !== still.width || height !== still.height) {
    throw new PoisonError(`${still.path} is not the picture that was drawn on`, {
      found: `${still.width} x ${still.height} px`,
      expected: `${width} x ${height} px`,
    });
  }
}

function boxOf(
  { bbox, category_id, iscrowd }: CocoAnnotation,
  names: ReadonlyMap<number, string>,
  still: DrawnStill,
): { box: Box; label: string } | undefined {
  if (bbox === undefined || bbox === null || iscrowd === 1) return undefined;
  const label = names.get(category_id);
  if (label === undefined) {
    throw new PoisonError('category_id', {
      found: String(category_id),
      expected: `one of ${[...names.keys()].join(', ')}`,
    });
  }
  const [x, y, w, h]: unknown[] = Array.isArray(bbox) && bbox.length === 4 ? bbox : [];
  if (typeof x !== 'number' || typeof y !== 'number' || typeof w !== 'number' || typeof h !== 'number') {
    throw new PoisonError('bbox', { found: JSON.stringify(bbox), expected: '[x, y, w, h]' });
  }
  return { box: inside([x, y, w, h], still), label };
}
