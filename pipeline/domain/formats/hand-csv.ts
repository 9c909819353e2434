/** Boxes on clips: `file,frame,x,y,w,h[,label][,track]`, and `labels.csv`, which has these columns too. */
import { resolve } from 'node:path';
import { PoisonError, UsageError } from '../../runtime/errors.ts';
import type { Box } from '../vision/box.ts';
import { clipsNamed } from './clip-name.ts';
import { cell, readTable, type TableRow } from './csv.ts';
import { baseName } from './file-name.ts';
import { collect, type Problem } from './problem.ts';

/** A {@link HandAnchor} whose label may be left out. */
export interface ClipAnchor {
  readonly file: string;
  readonly frame: number;
  readonly track?: number;
  readonly box: Box;
  readonly label?: string;
}

/**
 * With a single clip the `file` column may be missing.
 *
 * @throws UsageError where the file is no such CSV, or no row of it can be used
 */
export async function readAnchors(
  path: string,
  clips: readonly string[],
): Promise<{ anchors: ClipAnchor[]; problems: Problem[] }> {
  const named = clips.length === 1 ? [] : ['file'];
  const { rows } = await readTable(path, [...named, 'frame', 'x', 'y', 'w', 'h']);
  const problems: Problem[] = [];
  const anchors = rows.flatMap(
    (row) => collect(problems, path, row.line, () => anchorOf(row, path, clips)) ?? [],
  );
  if (anchors.length === 0) {
    throw new UsageError(`${path} has no box that can be used`, {
      found: problems[0]?.message ?? 'a header and no rows',
      expected: 'rows of file,frame,x,y,w,h[,label]',
    });
  }
  return { anchors, problems };
}

function anchorOf(row: TableRow, path: string, clips: readonly string[]): ClipAnchor {
  const { label, track } = row.cells;
  return {
    file: clipOf(row, path, clips),
    frame: cell.integer(row, 'frame', 0),
    box: cell.box(row),
    ...(label ? { label } : {}),
    ...(track ? { track: cell.integer(row, 'track', 0) } : {}),
  };
}

function clipOf(row: TableRow, path: string, clips: readonly string[]): string {
  if (row.cells.file === undefined && clips.length === 1) return clips[0]!;
  const file = cell.text(row, 'file');
  const samePath = clips.find((clip) => [resolve(file), resolve(path, '..', file)].includes(resolve(clip)));
  if (samePath !== undefined) return samePath;
  const named = clipsNamed(
    clips.map((clip) => ({ path: resolve(clip), file: baseName(clip), given: clip })),
    file,
  );
  if (named.length === 1) return named[0]!.given;
  const sameName = clips.filter((clip) => baseName(clip) === baseName(file));
  throw new PoisonError('file', {
    found: `"${file}"`,
    expected:
      sameName.length > 0 ? `one of ${sameName.join(', ')}` : `one of the clips (${clipNames(clips)})`,
  });
}

function clipNames(clips: readonly string[]): string {
  const shown = clips.slice(0, 3).map(baseName).join(', ');
  return clips.length > 3 ? `${shown} and ${clips.length - 3} more` : shown || 'none was given';
}
