/** Truth to score labels with: a CSV `frame,x,y,w,h` with `file`, `track`, `label` and `visible` where known. */
import { UsageError } from '../../runtime/errors.ts';
import type { Box } from '../vision/box.ts';
import { cell, readTable, type TableRow } from './csv.ts';
import { baseName } from './file-name.ts';
import { collect, type Problem } from './problem.ts';

/** A true box, or that nothing is to be seen on the frame. */
export interface TruthRow {
  /** Name of the clip's file; undefined where the file is about one clip and does not say which. */
  readonly file: string | undefined;
  readonly frame: number;
  readonly track: string | undefined;
  readonly label: string | undefined;
  /** null: on this frame there is no animal to be seen. */
  readonly box: Box | null;
}

/**
 * Rows with `visible` 0, or with an empty or zero-sized box, say that nothing is to be seen there.
 *
 * @throws UsageError where it is no such CSV, or no row of it can be used
 */
export async function readTruth(path: string): Promise<{ truth: TruthRow[]; problems: Problem[] }> {
  const { rows } = await readTable(path, ['frame', 'x', 'y', 'w', 'h']);
  const problems: Problem[] = [];
  const truth = rows.flatMap((row) => collect(problems, path, row.line, () => truthOf(row)) ?? []);
  if (truth.length === 0) {
    throw new UsageError(`${path} has no truth that can be used`, {
      found: problems[0]?.message ?? 'a header and no rows',
      expected: 'rows of frame,x,y,w,h',
    });
  }
  return { truth, problems };
}

function truthOf(row: TableRow): TruthRow {
  const { file, track, label, visible } = row.cells;
  const nothing = visible === '0' || ['', '0'].includes(row.cells.w ?? '');
  return {
    file: file ? baseName(file) : undefined,
    frame: cell.integer(row, 'frame', 0),
    track: track || undefined,
    label: label || undefined,
    box: nothing ? null : cell.box(row),
  };
}
