/**
 * Boxes on clips: `file,frame,x,y,w,h[,label][,track]`, and `labels.csv`, which has these columns and more. As truth, a row
 * with `visible` 0, or with an empty or zero-sized box, says that nothing is to be seen.
 */
import { cell, readRows, readTable, type TableRow } from '../csv.ts';
import { causes, reviews } from '../label-row.ts';
import { labelColumns } from '../labels-csv.ts';
import { collect, type Problem } from '../problem.ts';
import type { ClipBoxEntry, ClipEntry, Findings, Reading } from './source.ts';
import { Unkept } from './unkept.ts';

export const boxColumns = ['frame', 'x', 'y', 'w', 'h'];

/** With a single clip the `file` column may be missing. @throws UsageError where it is no such CSV */
export async function readCsv({ place, clips, isTruth }: Reading): Promise<Findings> {
  const entries: ClipEntry[] = [];
  const leftOut: Problem[] = [];
  const unkept = new Unkept();
  const tables = place.isFolder ? await boxTables(place) : [place.path];
  for (const file of tables) {
    const named = isTruth || clips.length === 1 ? [] : ['file'];
    const table = await readTable(file, [...named, ...boxColumns]);
    for (const { cells } of table.rows) unkept.rest(cells, known);
    const isLabels = labelColumns.every((column) => table.columns.includes(column));
    const trackOf = trackNumbers(table.rows);
    entries.push(
      ...readRows(table, file, leftOut, (row) => entryOf(row, file, { isTruth, isLabels, trackOf }, leftOut)),
    );
  }
  return { pictures: [], clips: entries, leftOut, notes: [], unkept: unkept.counts };
}

const known = new Set<string>([...labelColumns, 'visible', '']);

/** Tables of a folder that are of boxes. */
export async function boxTables(place: Reading['place']): Promise<string[]> {
  const tables: string[] = [];
  for (const file of [...(await place.filesOf('.csv')), ...(await place.filesOf('.tsv'))]) {
    const isBoxes = await readTable(file, boxColumns).then(
      () => true,
      () => false,
    );
    if (isBoxes) tables.push(file);
  }
  return tables;
}

interface RowKind {
  readonly isTruth: boolean;
  /** It is a `labels.csv`: cause, score, risk and review are its own. */
  readonly isLabels: boolean;
  /** Number of a track, by what it is called. */
  readonly trackOf: ReadonlyMap<string, number>;
}

function entryOf(row: TableRow, file: string, kind: RowKind, leftOut: Problem[]): ClipEntry {
  const id = kind.isLabels ? cell.text(row, 'clip') : row.cells.clip || undefined;
  const name = row.cells.file || undefined;
  const clip = { id, names: name === undefined ? [] : [name] };
  const frame = cell.integer(row, 'frame', 0);
  const box = collect(leftOut, file, row.line, () => boxOf(row, kind));
  const said = box === undefined ? { boxes: [], doubtful: [frame] } : { boxes: [box] };
  return { file, isRow: true, clip, ...said };
}

function boxOf(row: TableRow, { isTruth, isLabels, trackOf }: RowKind): ClipBoxEntry {
  const { label, track, visible, w, review } = row.cells;
  const nothing = isTruth && (visible === '0' || ['', '0'].includes(w ?? ''));
  return {
    line: row.line,
    frame: cell.integer(row, 'frame', 0),
    box: nothing ? null : cell.box(row),
    ...(label ? { label } : {}),
    ...(track ? { track: trackOf.get(track) ?? cell.integer(row, 'track', 0) } : {}),
    cause: isLabels ? cell.oneOf(row, 'cause', causes) : 'hand',
    score: isLabels ? cell.optionalNumber(row, 'score', 0, 1) : null,
    risk: isLabels ? cell.optionalNumber(row, 'risk', 0, 1) : null,
    review: isLabels && review ? cell.oneOf(row, 'review', reviews) : null,
  };
}

/** A track that is called by a text (`A`, `doe 1`) gets a number that no other has; numbers stand for themselves. */
function trackNumbers(rows: readonly TableRow[]): Map<string, number> {
  const names = new Set(rows.flatMap(({ cells }) => cells.track || []));
  const numbers = new Set([...names].map(Number).filter(Number.isFinite));
  const named = [...names].filter((name) => !Number.isFinite(Number(name)));
  let next = 0;
  return new Map(
    named.map((name) => {
      do next += 1;
      while (numbers.has(next));
      return [name, next];
    }),
  );
}
