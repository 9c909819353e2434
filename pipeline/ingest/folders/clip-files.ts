/** Clips as a person names them: files, and folders of files. */
import { readdirSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { clipIdOf } from '../../domain/vision/clip-id.ts';
import { UsageError } from '../../runtime/errors.ts';
import { cameraOfFile } from '../camera-name.ts';

/** What a folder is searched for; a file that is named itself is taken whatever it is called. */
const CLIP_FILE = /\.(mp4|m4v|mov|avi|mkv|ts|mts|m2ts|webm|mpe?g|wmv|asf|3gp)$/i;

/** A clip that lies on this machine's disk. */
export interface ClipInput {
  /** Absolute path. */
  readonly path: string;
  /** The file's name, without its folder. */
  readonly file: string;
  /** First 16 hex digits of the file's SHA-256. */
  readonly clip: string;
  readonly camera: string;
}

/** Whether a folder's file is taken for a clip. */
export function isClipFile(path: string): boolean {
  return CLIP_FILE.test(path);
}

/**
 * The clip files at these paths; folders are searched, not their subfolders.
 * @throws UsageError where a path is not there or a folder has no clips
 */
export function listClipFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) throw new UsageError(`${path}: no such file or folder`);
    if (!stat.isDirectory()) return [resolve(path)];
    const files = readdirSync(path).filter(isClipFile).sort();
    if (files.length === 0)
      throw new UsageError(`${path}: no clips in this folder`, { expected: 'mp4, mov, avi, mkv, ts …' });
    return files.map((file) => resolve(path, file));
  });
}

/**
 * Identifies clips by their content; the same content twice is one clip.
 * @param camera of all of them; each clip's folder where not given
 */
export async function identifyClips(paths: readonly string[], camera?: string): Promise<ClipInput[]> {
  const clips = new Map<string, ClipInput>();
  for (const path of paths) {
    const clip = await clipIdOf(path);
    if (clips.has(clip)) continue;
    clips.set(clip, { path, file: basename(path), clip, camera: camera ?? cameraOfFile(path) });
  }
  return [...clips.values()];
}
