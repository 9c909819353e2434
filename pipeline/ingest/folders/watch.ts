/** Folders that are watched for as long as the program is up: every clip in them is announced, now and later. */
import { once } from 'node:events';
import { type FSWatcher, watch } from 'chokidar';
import { reasonOf } from '../../runtime/errors.ts';
import { type ArrivalOptions, announceFile } from '../announce.ts';
import type { ClipInput } from './clip-files.ts';

/** A file that has not grown for so long has been written to its end, milliseconds. */
const SETTLED_MS = 2_000;

export interface WatchOptions extends ArrivalOptions {
  /** Whether files appear whole (they were renamed into the folder), so that nobody waits for them to grow. */
  readonly whole?: boolean;
  /** Called with each clip that was announced. */
  readonly onClip?: (input: ClipInput) => void;
}

/** Announces the clips of these folders, not of their subfolders, until the signal is aborted. */
export async function watchFolders(folders: readonly string[], options: WatchOptions): Promise<void> {
  const { whole = false, onClip, signal, log } = options;
  const watcher: FSWatcher = watch([...folders], {
    depth: 0,
    ...(whole ? {} : { awaitWriteFinish: { stabilityThreshold: SETTLED_MS } }),
  });
  watcher.on('add', async (path) => {
    const input = await announceFile(path, options);
    if (input) onClip?.(input);
  });
  watcher.on('error', (error) => log.warn({ why: reasonOf(error) }, 'a folder can’t be watched'));
  if (!signal.aborted) await once(signal, 'abort');
  await watcher.close();
}
