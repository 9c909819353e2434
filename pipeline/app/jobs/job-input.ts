/** What a job begins with: clips, and boxes drawn by hand. */
import { type HandBoxes, readHand } from '../../domain/formats/hand.ts';
import type { KnownClip } from '../../domain/formats/import/source.ts';
import type { Problem } from '../../domain/formats/problem.ts';
import {
  type FindOptions,
  type FoundClips,
  findClips,
  type ProbedClip,
} from '../../ingest/folders/find-clips.ts';
import { holdAnchors } from '../../ingest/folders/hold-anchors.ts';
import type { ClipOutcome } from './annotate.ts';

export interface JobInput {
  readonly clips: readonly ProbedClip[];
  readonly hand: HandBoxes;
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
  const held = await holdAnchors(await readHand(hand, clipsOf(found)), found);
  const { clips, problems, notes } = found;
  return {
    clips,
    refused: found.refused.map((refused) => ({ ...refused, tracked: null })),
    hand: held,
    problems: [...problems, ...held.problems],
    notes: [...notes, ...held.notes],
  };
}

/** What boxes may be drawn on: every file that can be used, with what is known of its clip. */
function clipsOf({ clips, paths }: FoundClips): KnownClip[] {
  const byPath = new Map(clips.map((clip) => [clip.path, clip]));
  return [...paths].map(([path, first]) => {
    const { clip, camera, info } = byPath.get(first) ?? {};
    return { path, file: path, clip, camera, width: info?.width, height: info?.height };
  });
}
