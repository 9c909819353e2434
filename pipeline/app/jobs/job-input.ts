/** What a job begins with: clips, and boxes drawn by hand. */
import { type HandBoxes, readHand } from '../../domain/formats/hand.ts';
import { type ClipInput, identifyClips, listClipFiles } from '../../ingest/folders/clip-files.ts';

export interface JobInput {
  readonly clips: readonly ClipInput[];
  readonly hand: HandBoxes;
}

/**
 * Finds clips and reads what was drawn by hand, on them or on other pictures.
 * @param paths of clips and of folders of clips
 * @param hand paths of what was drawn
 * @param camera of all clips; each clip's folder where not given
 * @throws UsageError where a path is not there, or holds nothing that can be used
 */
export async function readJobInput(
  paths: readonly string[],
  hand: readonly string[],
  camera?: string,
): Promise<JobInput> {
  const files = listClipFiles(paths);
  return { clips: await identifyClips(files, camera), hand: await readHand(hand, files) };
}
