/**
 * A backup on disk: plain files, which other tools read as well.
 *
 * `clips.jsonl`, `tracks.jsonl`, `labels.jsonl`, `images.jsonl`, `dead.jsonl` have a message a line, in the order of the
 * stream; `images/<clip>/<index>.jpg` are the pictures; `models/` and `datasets/` the objects; `active.json` which models
 * are active; `cameras.csv` (or `.yaml`) the configuration's table. `SHA256SUMS` has them all: `sha256sum -c` checks it.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StreamName } from '../../../../schemas/message.ts';
import type { ModelKind } from '../../../../schemas/terms.ts';
import type { StoreName } from '../../../runtime/bus/topology.ts';
import { PoisonError, reasonOf, UsageError } from '../../../runtime/errors.ts';

/** What can't be computed again, by the file that keeps it. */
export const BACKED_UP_STREAMS = {
  'clips.jsonl': 'CLIPS',
  'tracks.jsonl': 'TRACKS',
  'labels.jsonl': 'LABELS',
  'images.jsonl': 'IMAGES',
  'dead.jsonl': 'DEAD',
} as const satisfies Readonly<Record<string, StreamName>>;
export type StreamFile = keyof typeof BACKED_UP_STREAMS;

export const BACKED_UP_STORES = ['models', 'datasets'] as const satisfies readonly StoreName[];
export const MODEL_KINDS: readonly ModelKind[] = ['detector', 'classifier'];

export const ACTIVE_FILE = 'active.json';
export const SUMS_FILE = 'SHA256SUMS';

/** A line of a stream's file. The payload is one of the last three. */
export interface MessageLine {
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON as it is. */
  readonly body?: unknown;
  /** A file of the backup. */
  readonly file?: string;
  readonly base64?: string;
}

/** How much of each kind a backup holds. */
export interface BackupCounts {
  readonly messages: Readonly<Record<StreamFile, number>>;
  readonly objects: Readonly<Record<(typeof BACKED_UP_STORES)[number], number>>;
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Uint8Array); // without an encoding: bytes
  return hash.digest('hex');
}

/**
 * Checks every file of a backup.
 * @returns their paths in it
 * @throws UsageError where the folder is no backup; PoisonError naming the first file that is missing or damaged
 */
export async function checkedFiles(folder: string): Promise<string[]> {
  const sums = await readFile(join(folder, SUMS_FILE), 'utf8').catch((cause: unknown) => {
    throw new UsageError(`${folder} is no backup`, {
      found: reasonOf(cause),
      expected: `a folder that \`shika backup\` wrote, with ${SUMS_FILE}`,
      cause,
    });
  });
  const files: string[] = [];
  for (const [i, line] of sums.trimEnd().split('\n').entries()) {
    const [, sum, file] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (!sum || !file || !isInside(file))
      throw new PoisonError(`the backup is damaged: ${join(folder, SUMS_FILE)}, line ${i + 1}`);
    const found = await sha256Of(join(folder, file)).catch((error: unknown) => reasonOf(error));
    if (found !== sum)
      throw new PoisonError(`the backup is damaged: ${join(folder, file)}`, { found, expected: sum });
    files.push(file);
  }
  return files;
}

/** Whether a path of a backup leads to a file in it. */
export function isInside(file: string): boolean {
  const steps = file.split('/');
  return steps.every((step) => step !== '' && step !== '.' && step !== '..' && !step.includes('\\'));
}
