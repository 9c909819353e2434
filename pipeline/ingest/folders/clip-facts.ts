/** What the formats need to know of clip files, without decoding them. */
import type { ClipFacts } from '../../domain/formats/label-row.ts';
import { type FoundClips, findClips } from './find-clips.ts';

/**
 * @param paths of clips and of folders of clips
 * @throws UsageError where a path is not there, or no clip at them can be used
 */
export async function probeClipFacts(
  paths: readonly string[],
): Promise<Pick<FoundClips, 'problems' | 'notes'> & { readonly facts: readonly ClipFacts[] }> {
  if (paths.length === 0) return { facts: [], problems: [], notes: [] };
  const { clips, problems, notes } = await findClips(paths);
  const facts = clips.map(({ clip, file, camera, info: { width, height, fps, durationS, frames } }) => {
    return { clip, file, camera, width, height, fps, frames: frames ?? Math.round(durationS * fps) };
  });
  return { facts, problems, notes };
}
