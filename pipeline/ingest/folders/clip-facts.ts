/** What the formats need to know of clip files, without decoding them. */
import type { ClipFacts } from '../../domain/formats/label-row.ts';
import { probeClip } from '../../domain/vision/video-probe.ts';
import { identifyClips, listClipFiles } from './clip-files.ts';

/**
 * @param paths of clips and of folders of clips
 * @throws UsageError where a path is not there; PoisonError where a clip can't be read
 */
export async function probeClipFacts(paths: readonly string[]): Promise<ClipFacts[]> {
  const facts: ClipFacts[] = [];
  for (const { path, file, clip, camera } of await identifyClips(listClipFiles(paths))) {
    const { width, height, fps, durationS, frames } = await probeClip(path);
    facts.push({ clip, file, camera, width, height, fps, frames: frames ?? Math.round(durationS * fps) });
  }
  return facts;
}
