/**
 * What becomes of the pictures that a file speaks of, in every format: used with all its boxes, used as a picture without
 * an animal, or left out by name.
 */
import { basename, resolve } from 'node:path';
import { PoisonError } from '../../../runtime/errors.ts';
import { mapConcurrent } from '../../../runtime/map-concurrent.ts';
import type { Box, Size } from '../../vision/box.ts';
import { addTo, asProblem, counted, listed, type Problem, problem } from '../problem.ts';
import { inside, openStill } from '../still.ts';
import { distinct } from './same-box.ts';
import { calledEmpty, type FoundBox, type PictureEntry, type PictureLabels, saysEmpty } from './source.ts';

/** Pictures that are opened at a time. */
const AT_ONCE = 4;

export interface SettledPictures {
  readonly pictures: readonly PictureLabels[];
  readonly leftOut: readonly Problem[];
  readonly notes: readonly string[];
  /** Paths of those that were left out. */
  readonly refused: ReadonlySet<string>;
}

/** A picture that is spoken of several times is one, with the boxes of all; one refused annotation takes it out. */
export async function settlePictures(entries: readonly PictureEntry[]): Promise<SettledPictures> {
  const byPath = [...Map.groupBy(entries, ({ path }) => resolve(path))];
  const settled = await mapConcurrent(byPath, AT_ONCE, ([path, same]) => settle(path, same));
  const pictures = settled.flatMap(({ picture }) => (picture ? [picture] : []));
  const severally = byPath.flatMap(([path, same]) =>
    new Set(same.map(({ file }) => file)).size > 1 ? [basename(path)] : [],
  );
  const doubled = settled.reduce((sum, { doubles }) => sum + doubles, 0);
  const cut = settled.reduce((sum, { cuts }) => sum + cuts, 0);
  return {
    pictures,
    leftOut: settled.flatMap(({ problems }) => problems),
    notes: [
      ...(doubled > 0 ? [`the same box on the same picture again, ${doubled} x: taken once`] : []),
      ...(severally.length > 0
        ? [
            `in several files, with the boxes of all: ${counted(severally.length, 'picture')} (${listed(severally)})`,
          ]
        : []),
      ...(cut > 0 ? [`${counted(cut, 'box')} cut at the edge of the picture`] : []),
    ],
    refused: new Set(settled.flatMap(({ picture }, i) => (picture ? [] : [byPath[i]![0]]))), // one each
  };
}

interface Settled {
  readonly picture?: PictureLabels;
  readonly problems: readonly Problem[];
  readonly doubles: number;
  readonly cuts: number;
}

async function settle(path: string, entries: readonly PictureEntry[]): Promise<Settled> {
  const name = basename(path);
  const said = entries.flatMap(({ boxes }) => boxes);
  const problems: Problem[] = entries.flatMap(({ refused }) => refused);
  const boxes: { box: Box; label?: string | undefined }[] = [];
  let cuts = 0;
  let size: Size = { width: 0, height: 0 };
  try {
    size = await openStill(path);
    for (const { size: drawnOn, boxes: found } of entries) {
      sameSize(path, size, drawnOn, found.length > 0 && found.every(({ relative }) => relative));
    }
    for (const found of said) {
      const box = inPixels(found, size);
      try {
        const cut = inside(box, size);
        if (saysEmpty(found.label)) throw calledEmpty(found.label, box);
        if (box.some((side, i) => Math.abs(side - cut[i]!) > 1)) cuts += 1; // four sides each
        boxes.push({ box: cut, ...(found.label === undefined ? {} : { label: found.label }) });
      } catch (error) {
        problems.push(asProblem(error, path));
      }
    }
  } catch (error) {
    problems.push(asProblem(error, path));
  }
  if (problems.length > 0) {
    const also = boxes.length === 0 ? '' : `, nor what else is in it (${counted(boxes.length, 'box')})`;
    const why = problems.map((reason) => addTo(reason, `; so ${name} is not used${also}`));
    return { problems: why, doubles: 0, cuts: 0 };
  }
  const once = distinct(boxes);
  const split = entries.find((entry) => entry.split !== undefined)?.split;
  const picture = { path, name, ...size, boxes: once, ...(split ? { split } : {}) };
  return { picture, problems: [], doubles: boxes.length - once.length, cuts };
}

function inPixels({ box: [x, y, w, h], relative = false }: FoundBox, { width, height }: Size): Box {
  return relative ? [x * width, y * height, w * width, h * height] : [x, y, w, h];
}

/**
 * Boxes drawn at another size, or before the picture was turned upright, would be wrong.
 * @param isRelative whether only the shape of the picture matters
 */
function sameSize(path: string, size: Size, drawnOn: Partial<Size> = {}, isRelative = false): void {
  const { width = size.width, height = size.height } = drawnOn;
  const isSameShape = Math.abs(width / height / (size.width / size.height) - 1) < 0.01;
  if (isRelative ? !isSameShape : width !== size.width || height !== size.height) {
    throw new PoisonError(`${path} is not the picture that was drawn on`, {
      found: `${size.width} x ${size.height} px`,
      expected: `${width} x ${height} px`,
    });
  }
}

/** Pictures of several sources: one that is in two has the boxes of both, unless one of them left it out. */
export function mergePictures(
  sources: readonly Pick<SettledPictures, 'pictures' | 'refused'>[],
): SettledPictures {
  const refused = new Set(sources.flatMap((source) => [...source.refused]));
  const all = Map.groupBy(
    sources.flatMap(({ pictures }) => pictures),
    ({ path }) => path,
  );
  const leftOut: Problem[] = [];
  const pictures: PictureLabels[] = [];
  let doubled = 0;
  for (const [path, [first, ...others]] of all) {
    if (first === undefined) continue;
    if (refused.has(path)) {
      const found = counted(first.boxes.length, 'box');
      const expected = 'every animal in it boxed, in every file that speaks of it';
      leftOut.push(problem(path, undefined, 'left out of another source', { found, expected }));
      continue;
    }
    const boxes = [first, ...others].flatMap((picture) => picture.boxes);
    const once = distinct(boxes);
    doubled += boxes.length - once.length;
    pictures.push({ ...first, boxes: once });
  }
  const notes =
    doubled > 0 ? [`the same box on the same picture in another source, ${doubled} x: taken once`] : [];
  return { pictures, leftOut, notes, refused };
}

/** An annotation that can't become a box. @param where `annotation 7 of a.jpg` */
export function refusal(
  file: string,
  where: string,
  found: string,
  expected: string,
  line?: number,
): Problem {
  return problem(file, line, where, { found, expected });
}
