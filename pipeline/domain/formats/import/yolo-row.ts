/**
 * A row of a YOLO label file: `class cx cy w h`, relative to the picture. Of a polygon's or a turned box's row it is the
 * box around them; of a pose's row, the box that stands before the key points.
 */
import { PoisonError } from '../../../runtime/errors.ts';
import type { Box } from '../../vision/box.ts';
import { boxAround, pointsOf } from './shapes.ts';
import type { FoundBox } from './source.ts';
import type { Unkept } from './unkept.ts';

/** What a dataset says of its rows. */
export interface YoloClasses {
  /** By number. */
  readonly names: readonly (string | undefined)[];
  /** Numbers of a pose's key points, where rows are poses (`kpt_shape`: points x dimensions). */
  readonly keyPoints?: number | undefined;
}

/** @throws PoisonError where the row is no box */
export function parseRow(row: string, { names, keyPoints }: YoloClasses, unkept: Unkept): FoundBox {
  const [id = '', ...cells] = row.trim().split(/\s+/);
  const label = /^\d+(\.0*)?$/.test(id) ? names[Number(id)] : undefined;
  if (label === undefined) {
    throw new PoisonError('class', {
      found: `"${row.trim()}"`,
      expected: `a class from 0 to ${names.length - 1}`,
    });
  }
  if (mayBeTracked(cells)) {
    throw new PoisonError('row', {
      found: `"${row.trim()}": a box with its score and track, or three corners`,
      expected: 'class cx cy w h, or corners with a decimal point',
    });
  }
  const numbers = cells.map(Number);
  const box = numbers.every((value) => Number.isFinite(value)) ? boxOf(numbers, keyPoints) : undefined;
  if (box === undefined) {
    const pose = keyPoints === undefined ? '' : ` and ${keyPoints} numbers of key points (kpt_shape)`;
    throw new PoisonError('row', {
      found: `"${row.trim()}"`,
      expected: `class cx cy w h${pose}, each from 0 to 1`,
    });
  }
  if (keyPoints !== undefined) unkept.add('key points');
  else if (numbers.length === 5) unkept.add('sixth columns (scores, or tracks)');
  else if (numbers.length > 5) unkept.add('outlines');
  return { box, label, relative: true };
}

/** Ultralytics writes a score and the track's number behind a box: as a polygon it would be wrong. */
function mayBeTracked(cells: readonly string[]): boolean {
  return cells.length === 6 && /^[1-9]\d*$/.test(cells.at(-1) ?? '');
}

function boxOf(numbers: readonly number[], keyPoints: number | undefined): Box | undefined {
  if (keyPoints !== undefined) {
    return numbers.length === 4 + keyPoints ? centred(numbers.slice(0, 4)) : undefined;
  }
  // A fifth number is a tracker's or a detector's score.
  if (numbers.length === 4 || numbers.length === 5) return centred(numbers.slice(0, 4));
  if (numbers.length < 6 || !numbers.every(isInside) || mayBePose(numbers)) return undefined;
  const points = pointsOf(numbers);
  return points && boxAround(points);
}

function centred(numbers: readonly number[]): Box | undefined {
  const [cx = 0, cy = 0, w = 0, h = 0] = numbers;
  if (!numbers.every(isRelative) || w <= 0 || h <= 0) return undefined;
  return [cx - w / 2, cy - h / 2, w, h];
}

/** Behind a box, threes whose last says 0, 1 or 2: key points with their visibility. As a polygon they would be wrong. */
function mayBePose(numbers: readonly number[]): boolean {
  const visible = numbers.slice(4).filter((_, i) => i % 3 === 2);
  return (numbers.length - 4) % 3 === 0 && visible.every((value) => [0, 1, 2].includes(value));
}

/** Corners lie in the picture, but for rounding. */
function isInside(value: number): boolean {
  return value > -0.1 && value < 1.1;
}

/** A little outside is cut at the edge; pixels are no fractions. */
function isRelative(value: number): boolean {
  return Math.abs(value) <= 2;
}
