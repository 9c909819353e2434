/** `labels.csv`: every label of a run with its cause, score, risk and review; RFC 4180, UTF-8, one header line. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { PoisonError } from '../../runtime/errors.ts';
import { round } from '../vision/box.ts';
import { cell, readTable, type TableRow } from './csv.ts';
import { oneEach } from './import/one-each.ts';
import { causes, type LabelRow, reviews } from './label-row.ts';
import { collect, type Problem } from './problem.ts';

/** In the order of the file. */
export const labelColumns = [
  'clip',
  'file',
  'frame',
  'track',
  'x',
  'y',
  'w',
  'h',
  'label',
  'cause',
  'score',
  'risk',
  'review',
] as const;

/** Boxes are rounded to 1/100 px, scores and risks to 1/10,000; null is an empty cell. */
export async function writeLabels(path: string, labels: Iterable<LabelRow>): Promise<void> {
  const table = stringify({ header: true, columns: [...labelColumns] });
  await pipeline(Readable.from(cellsOf(labels)), table, createWriteStream(path));
}

function* cellsOf(labels: Iterable<LabelRow>): Generator<(string | number)[]> {
  for (const { clip, file, frame, track, box, label, cause, score, risk, review } of labels) {
    yield [
      clip,
      file,
      frame,
      track,
      ...round(box),
      label,
      cause,
      fraction(score),
      fraction(risk),
      review ?? '',
    ];
  }
}

function fraction(value: number | null): string | number {
  return value === null ? '' : Math.round(value * 1e4) / 1e4;
}

/** What a `labels.csv` says. */
export interface ReadLabels {
  readonly labels: readonly LabelRow[];
  readonly problems: readonly Problem[];
  /** What a person should know and nothing is lost by. */
  readonly notes: readonly string[];
}

/**
 * Rows that can't be used are left out and reported; a row that is there twice is one.
 *
 * @throws UsageError where the file can't be read or lacks a column; PoisonError where it has rows of which none can be used
 */
export async function readLabels(path: string): Promise<ReadLabels> {
  const { rows } = await readTable(path, labelColumns);
  const problems: Problem[] = [];
  const read = rows.flatMap((row) => collect(problems, path, row.line, () => labelOf(row)) ?? []);
  const once = oneEach(read.map((box) => ({ box, clip: { clip: box.clip, file: box.file }, file: path })));
  const all = [...problems, ...once.leftOut];
  if (once.clipBoxes.length === 0 && all.length > 0) {
    throw new PoisonError(`${path} has no row that can be used; the first: ${all[0]!.message}`);
  }
  const labels = once.clipBoxes.map(({ box: { line: _, ...label } }) => label);
  return { labels, problems: all, notes: once.notes };
}

function labelOf(row: TableRow): LabelRow & { readonly line: number } {
  return {
    line: row.line,
    clip: cell.text(row, 'clip'),
    file: cell.text(row, 'file'),
    frame: cell.integer(row, 'frame', 0),
    track: cell.integer(row, 'track', 1),
    box: cell.box(row),
    label: cell.text(row, 'label'),
    cause: cell.oneOf(row, 'cause', causes),
    score: cell.optionalNumber(row, 'score', 0, 1),
    risk: cell.optionalNumber(row, 'risk', 0, 1),
    review: (row.cells.review ?? '') === '' ? null : cell.oneOf(row, 'review', reviews),
  };
}
