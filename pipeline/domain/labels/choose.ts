/** Choosing labels by where they are, why they are there, and how risky they are. */
import type { Cause } from '../../../schemas/terms.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { arrivedClip, clipContexts, labelsOf, trackedClips } from './labels.ts';
import type { ReviewedLabel } from './review.ts';

/** Both included; `to` is infinite for "from there on". */
export interface FrameRange {
  readonly from: number;
  readonly to: number;
}

/** What is left out does not narrow the choice. */
export interface LabelChoice {
  readonly track?: number | undefined;
  readonly frames?: FrameRange | undefined;
  readonly cause?: Cause | undefined;
  /** Less risky than this. */
  readonly riskBelow?: number | undefined;
  /** At least as risky as this. */
  readonly riskFrom?: number | undefined;
}

/** Whether the choice leaves anything out at all. */
export function isNarrowed(choice: LabelChoice & { readonly clip?: string | undefined }): boolean {
  const { clip, track, frames, cause, riskBelow, riskFrom } = choice;
  return [clip, track, frames, cause, riskBelow, riskFrom].some((part) => part !== undefined);
}

export function isChosen({ track: label, trackId, risk }: ReviewedLabel, choice: LabelChoice): boolean {
  const { track, frames, cause, riskBelow = Number.POSITIVE_INFINITY, riskFrom = 0 } = choice;
  return (
    (track === undefined || trackId === track) &&
    (frames === undefined || (frames.from <= label.index && label.index <= frames.to)) &&
    (cause === undefined || label.cause === cause) &&
    risk < riskBelow &&
    risk >= riskFrom
  );
}

/**
 * The chosen labels of one clip or of all that are tracked, by clip, track and frame.
 * @param clip its id or file name; all clips where not given
 * @throws UsageError where no such clip has arrived
 */
export async function chosenLabels(
  bus: Bus,
  { clip, ...choice }: LabelChoice & { readonly clip?: string | undefined },
): Promise<ReviewedLabel[]> {
  const clips = clip === undefined ? await trackedClips(bus) : [await arrivedClip(bus, clip)];
  const contexts = await clipContexts(bus);
  const labels = await Promise.all(clips.map((chosen) => labelsOf(bus, chosen.clip, contexts)));
  return labels.flat().filter((label) => isChosen(label, choice));
}

/** Those that nobody has decided on, the riskiest first. */
export function pendingByRisk(labels: readonly ReviewedLabel[]): ReviewedLabel[] {
  return labels.filter(({ review }) => review === 'pending').toSorted((a, b) => b.risk - a.risk);
}
