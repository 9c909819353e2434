/**
 * A folder of pictures with YOLO labels: `images/` and `labels/` (or both in one folder, or with `train/` and
 * `val/` below), class names in `data.yaml` or `classes.txt`. A row is `class cx cy w h`, relative to the
 * picture; a row of more numbers is a polygon, of which we take the box around it.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { parse } from 'yaml';
import { PoisonError, UsageError } from '../../runtime/errors.ts';
import { isHiddenName } from '../../runtime/walk-folder.ts';
import type { Box, Size } from '../vision/box.ts';
import { stem } from './file-name.ts';
import { asProblem, collect, type Problem } from './problem.ts';
import { type DrawnStill, inside, openStill, pictureFile } from './still.ts';

/** Where a YOLO dataset has its parts. */
export interface YoloFolder {
  readonly root: string;
  readonly images: string;
  readonly labels: string;
}

/** Where the folder's pictures and labels are; undefined where it has no YOLO labels. */
export async function findYolo(folder: string): Promise<YoloFolder | undefined> {
  const parted = { root: folder, images: join(folder, 'images'), labels: join(folder, 'labels') };
  if (existsSync(parted.images) && existsSync(parted.labels)) return parted;
  const names = (await readdir(folder)).filter((name) => !isHiddenName(name));
  const pictures = new Set(names.filter((name) => pictureFile.test(name)).map(stem));
  const flat = names.some((name) => name.endsWith('.txt') && pictures.has(stem(name)));
  return flat ? { root: folder, images: folder, labels: folder } : undefined;
}

/** @throws UsageError where the classes have no names, or no picture can be used */
export async function readYoloStills(
  folder: YoloFolder,
): Promise<{ stills: DrawnStill[]; problems: Problem[] }> {
  const names = await classNames(folder);
  const problems: Problem[] = [];
  const stills: DrawnStill[] = [];
  const files = (await readdir(folder.images, { recursive: true })).filter(
    (name) => !name.split(sep).some(isHiddenName),
  );
  for (const file of files.filter((name) => pictureFile.test(name)).sort()) {
    const path = join(folder.images, file);
    try {
      const still = await openStill(path);
      const rows = join(folder.labels, dirname(relative(folder.images, path)), `${stem(file)}.txt`);
      stills.push({ ...still, boxes: await readRows(rows, names, still, problems) });
    } catch (error) {
      problems.push(asProblem(error, path));
    }
  }
  if (stills.length === 0) {
    throw new UsageError(`${folder.images} has no picture that can be used`, {
      found: problems[0]?.message ?? 'no pictures',
      expected: 'JPEG, PNG, WebP, TIFF, GIF or AVIF',
    });
  }
  return { stills, problems };
}

async function readRows(
  path: string,
  names: readonly string[],
  size: Size,
  problems: Problem[],
): Promise<{ box: Box; label: string }[]> {
  // YOLO has no file where there is nothing to see.
  const text = existsSync(path) ? await readFile(path, 'utf8') : '';
  return text.split(/\r?\n/).flatMap((row, i) => {
    if (row.trim() === '') return [];
    return collect(problems, path, i + 1, () => parseRow(row, names, size)) ?? [];
  });
}

/** @throws PoisonError where the row is no box in the picture */
export function parseRow(row: string, names: readonly string[], size: Size): { box: Box; label: string } {
  const [id, ...numbers] = row.trim().split(/\s+/).map(Number);
  const label = names[id!];
  if (label === undefined) {
    throw new PoisonError('class', {
      found: `"${row.trim()}"`,
      expected: `a class from 0 to ${names.length - 1}`,
    });
  }
  const relativeBox = numbers.every(Number.isFinite) ? aroundNumbers(numbers) : undefined;
  if (relativeBox === undefined) {
    throw new PoisonError('row', { found: `"${row.trim()}"`, expected: 'class cx cy w h, each from 0 to 1' });
  }
  const [x, y, w, h] = relativeBox;
  return { box: inside([x * size.width, y * size.height, w * size.width, h * size.height], size), label };
}

/** 4 numbers are a box (a fifth is a tracker's or detector's score), 6 and more a polygon. */
function aroundNumbers(numbers: readonly number[]): Box | undefined {
  if (numbers.some((value) => Math.abs(value) > 2)) return undefined;
  if (numbers.length === 4 || numbers.length === 5) {
    const [cx, cy, w, h] = numbers as [number, number, number, number]; // the length was just checked
    return [cx - w / 2, cy - h / 2, w, h];
  }
  if (numbers.length < 6 || numbers.length % 2 === 1) return undefined;
  const xs = numbers.filter((_, i) => i % 2 === 0);
  const ys = numbers.filter((_, i) => i % 2 === 1);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}

async function classNames({ root, labels }: YoloFolder): Promise<string[]> {
  for (const file of ['data.yaml', 'data.yml', 'dataset.yaml'].map((name) => join(root, name))) {
    if (existsSync(file)) return namesOf(parse(await readFile(file, 'utf8')), file);
  }
  for (const file of [join(root, 'classes.txt'), join(labels, 'classes.txt'), join(root, 'obj.names')]) {
    if (!existsSync(file)) continue;
    const names = (await readFile(file, 'utf8')).split(/\r?\n/).map((name) => name.trim());
    return names.slice(0, names.findLastIndex((name) => name !== '') + 1);
  }
  throw new UsageError(`${root} does not say what its classes are called`, {
    found: 'neither data.yaml nor classes.txt',
    expected: 'one of them',
  });
}

/** `names` is a list, or an object by number. */
function namesOf(yaml: unknown, file: string): string[] {
  const names: unknown =
    typeof yaml === 'object' && yaml !== null && 'names' in yaml ? yaml.names : undefined;
  if (typeof names !== 'object' || names === null) {
    throw new UsageError(`${file} has no class names`, {
      found: JSON.stringify(names) ?? 'nothing',
      expected: 'names',
    });
  }
  const list: string[] = [];
  for (const [id, name] of Object.entries(names)) list[Number(id)] = String(name);
  return list;
}
