/** What a job begins with: clips, and boxes drawn by hand. */
import { readHand } from '../../domain/formats/hand.ts';
import type { Problem } from '../../domain/formats/problem.ts';
import { type FindOptions, findClips, type ProbedClip } from '../../ingest/folders/find-clips.ts';
import { type HeldBoxes, holdAnchors } from '../../ingest/folders/hold-anchors.ts';
import type { ClipOutcome } from './annotate.ts';

export interface JobInput {
  readonly clips: readonly ProbedClip[];
  readonly hand: HeldBoxes;
  /** Files that can't be decoded, for the summary. */
  readonly refused: readonly ClipOutcome[];
  /** What could not be used: files that are no clips, rows and pictures that can't be read, boxes outside. */
  readonly problems: readonly Problem[];
  /** What else a person should know. */
  readonly notes: readonly string[];
}

/**
 * Finds clips and reads what was drawn by hand, on them or on other pictures.
 * @param paths of clips and of folders of clips
 * @param hand paths of what was drawn
 * @throws UsageError where a path is not there, or holds nothing that can be used
 */
export async function readJobInput(
  paths: readonly string[],
  hand: readonly string[],
  options: FindOptions = {},
): Promise<JobInput> {
  const found = await findClips(paths, options);
  const held = await holdAnchors(await readHand(hand, [...found.paths.keys()]), found);
  const { clips, problems, notes } = found;
  return {
    clips,
    refused: found.refused.map((refused) => ({ ...refused, tracked: null })),
    hand: held,
    problems: [...problems, ...held.problems],
    notes: [...notes, ...held.notes],
  };
}
