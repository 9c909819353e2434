/** What the formats need to know of clip files, without decoding them. */
import type { ClipFacts } from '../../domain/formats/label-row.ts';
import { countPictures } from '../../domain/vision/video-count.ts';
import { type FoundClips, findClips } from './find-clips.ts';

/** A clip's facts, and where it lies. */
export interface ClipFileFacts extends ClipFacts {
  /** Absolute. */
  readonly path: string;
}

/**
 * @param paths of clips and of folders of clips
 * @throws UsageError where a path is not there, or no clip at them can be used
 */
export async function probeClipFacts(
  paths: readonly string[],
): Promise<Pick<FoundClips, 'problems' | 'notes'> & { readonly facts: readonly ClipFileFacts[] }> {
  if (paths.length === 0) return { facts: [], problems: [], notes: [] };
  const { clips, problems, notes } = await findClips(paths);
  const facts = await Promise.all(
    clips.map(async ({ clip, file, path, camera, info: { width, height, fps, frames } }) => {
      return { clip, file, path, camera, width, height, fps, frames: frames ?? (await countPictures(path)) };
    }),
  );
  return { facts, problems, notes };
}
