/** What `shika annotate` leaves: labels.csv. */
import type { Bus } from '../../runtime/bus/bus.ts';
import type { ClipOutcome } from '../jobs/annotate.ts';
import { labelsByClip, writeLabelsFile } from './labels.ts';
import { type ClipSummary, clipSummary } from './summary.ts';

export interface WrittenAnnotation {
  readonly clips: readonly ClipSummary[];
  /** Path of `labels.csv`. */
  readonly labels: string;
  /** Where an animal is labelled. */
  readonly animals: { readonly frames: number; readonly clips: number };
}

export async function writeAnnotation(
  bus: Bus,
  jobFolder: string,
  clips: readonly ClipOutcome[],
): Promise<WrittenAnnotation> {
  const labels = await writeLabelsFile(jobFolder, clips, await labelsByClip(bus, clips));
  const labelled = clips.map(({ tracked }) => tracked?.ledger.labelled ?? 0);
  const animals = {
    frames: labelled.reduce((sum, frames) => sum + frames, 0),
    clips: labelled.filter((frames) => frames > 0).length,
  };
  return { clips: clips.map(clipSummary), labels, animals };
}
