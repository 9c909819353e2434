/** Folders that are watched for as long as the program is up: every clip in them is announced, now and later. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { reasonOf } from '../../runtime/errors.ts';
import { isHiddenName } from '../../runtime/walk-folder.ts';
import { type ArrivalOptions, announceFile } from '../announce.ts';
import { type ClipInput, isClipFile } from './clip-files.ts';

/** A file that has not grown for so long has been written to its end, milliseconds. */
const SETTLED_MS = 2_000;

export interface WatchOptions extends ArrivalOptions {
  /** Whether files appear whole (they were renamed into the folder), so that nobody waits for them to grow. */
  readonly whole?: boolean;
  /** Called with each clip that was announced. */
  readonly onClip?: (input: ClipInput) => void;
}

/**
 * Announces the clips of these folders and of those in them until the signal is aborted; hidden ones and jobs' folders
 * are passed over. A clip is called by its path from the folder that is watched; with that folder's name where several
 * are, so that two cameras' files of one name stay two.
 */
export async function watchFolders(folders: readonly string[], options: WatchOptions): Promise<void> {
  const { whole = false, onClip, signal, log } = options;
  const roots = folders.map((folder) => resolve(folder));
  const watcher: FSWatcher = watch(roots, {
    ignored: (path) => !roots.includes(resolve(path)) && isNobodys(path),
    ...(whole ? {} : { awaitWriteFinish: { stabilityThreshold: SETTLED_MS } }),
  });
  const passedOver = new Map<string, number>();
  watcher.on('add', async (found) => {
    const path = resolve(found);
    const kind = extname(path).toLowerCase() || 'without an extension';
    if (!isClipFile(path)) passedOver.set(kind, (passedOver.get(kind) ?? 0) + 1);
    const root = roots.find((folder) => path.startsWith(folder + sep)) ?? dirname(path);
    const input = await announceFile({ path, root: roots.length > 1 ? dirname(root) : root }, options);
    if (input) onClip?.(input);
  });
  watcher.on('ready', () => {
    if (passedOver.size > 0) log.info({ ignored: Object.fromEntries(passedOver) }, 'files that are no clips');
  });
  watcher.on('error', (error) => log.warn({ why: reasonOf(error) }, 'a folder can’t be watched'));
  if (!signal.aborted) await once(signal, 'abort');
  await watcher.close();
}

/** Hidden, or a job's folder: what lies in that was made from clips. */
function isNobodys(path: string): boolean {
  return isHiddenName(basename(path)) || existsSync(join(path, '.shika'));
}
