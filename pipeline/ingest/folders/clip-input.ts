/** Clips as a user names them: files, folders of files, stream addresses. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Anchor } from '../../../schemas/clip-arrived.ts';
import type { HandAnchor } from '../../domain/formats/hand.ts';
import { clipIdOf } from '../../domain/vision/clip-id.ts';
import { UsageError } from '../../runtime/errors.ts';

/** What a folder is searched for; a file that is named itself is taken whatever it is called. */
const CLIP_FILE = /\.(mp4|m4v|mov|avi|mkv|ts|mts|m2ts|webm|mpe?g|wmv|asf|3gp)$/i;

export interface ClipInput {
  /** Absolute path. */
  readonly path: string;
  readonly file: string;
  readonly clip: string;
  readonly camera: string;
}

export function isClipFile(path: string): boolean {
  return CLIP_FILE.test(path);
}

/**
 * The files of these paths; folders are searched, not their subfolders.
 * @throws UsageError where a path is not there or a folder has no clips
 */
export function listClips(paths: readonly string[]): string[] {
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

/** Identifies the clips; the same content twice is one clip. */
export async function identifyClips(paths: readonly string[], camera?: string): Promise<ClipInput[]> {
  const clips = new Map<string, ClipInput>();
  for (const path of paths) {
    const clip = await clipIdOf(path);
    if (!clips.has(clip))
      clips.set(clip, { path, file: basename(path), clip, camera: camera ?? cameraOf(path) });
  }
  return [...clips.values()];
}

/** The folder's name, as one subject token. */
export function cameraOf(path: string): string {
  return subjectToken(basename(dirname(resolve(path))));
}

/** Any text as a camera's name in a subject. */
export function subjectToken(text: string): string {
  const name = text.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 64);
  return name.replace(/^-+|-+$/g, '') || 'camera';
}

/** A clip's anchors; boxes that no file numbers are one animal each, in the order of their frame's rows. */
export function anchorsOf(path: string, anchors: readonly HandAnchor[]): Anchor[] {
  const onFrame = new Map<number, number>();
  return anchors
    .filter((anchor) => resolve(anchor.file) === path)
    .map(({ frame, track, box, label }) => {
      const nth = (onFrame.get(frame) ?? 0) + 1;
      onFrame.set(frame, nth);
      return { frame, track: track ?? nth, box: [...box], label };
    });
}

/** Where a run's bus and logs are kept. */
export function stateFolder(out: string): string {
  return join(out, '.shika');
}
