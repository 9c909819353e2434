/** The dataset: pictures drawn on by hand and accepted labels, with how far training trusts each. */
import { isGood, type ReviewedLabel } from '../../pipeline/domain/labels/review.ts';
import type { Dataset, DatasetItem } from '../../schemas/dataset.ts';
import type { Cause } from '../../schemas/terms.ts';

/** What a label is worth to training by its cause, before its risk is taken off. */
const WORTH: Readonly<Record<Cause, number>> = {
  hand: 1,
  detected: 1,
  followed: 0.8,
  interpolated: 0.6,
  moved: 0.5,
  held: 0.6,
};

/** Neighbouring frames look alike: they are held out in runs of this many, so that scores are honest. */
const RUN = 20;

/** A clip's reviewed labels, and the size of its frames, px. */
export interface ClipLabels {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly labels: readonly ReviewedLabel[];
}

/**
 * A frame's picture is used only if every label on it is settled as good: one that is rejected or pending may hide an
 * animal that training would then take for background.
 * @param heldOutShare 0..0.5
 */
export function datasetItems(
  { file, width, height, labels }: ClipLabels,
  heldOutShare: number,
): DatasetItem[] {
  const frames = Map.groupBy(labels, (label) => label.track.index);
  const every = heldOutShare > 0 ? Math.max(2, Math.round(1 / heldOutShare)) : Number.POSITIVE_INFINITY;
  const items: DatasetItem[] = [];
  for (const [index, onFrame] of [...frames].sort(([a], [b]) => a - b)) {
    if (!onFrame.every(isGood)) continue;
    const drawn = onFrame.some(({ track }) => track.cause === 'hand');
    const heldOut = !drawn && Math.floor(index / RUN) % every === every - 1;
    items.push({
      clip: onFrame[0]!.track.clip,
      index,
      name: `${file}#${index}`,
      width,
      height,
      split: heldOut ? 'held-out' : 'train',
      boxes: onFrame.map(trainingBox),
    });
  }
  return items;
}

/** A label as it is trained on: what a person corrected counts fully. */
export function trainingBox({
  track,
  label,
  box,
  risk,
  review,
}: ReviewedLabel): DatasetItem['boxes'][number] {
  const corrected = review === 'corrected';
  return {
    box: [...box],
    label,
    cause: track.cause,
    risk: corrected ? 0 : risk,
    weight: corrected ? 1 : Math.round(WORTH[track.cause] * (1 - risk) * 1000) / 1000,
  };
}

/** Hand-drawn pictures and clips' items as one; a picture drawn on by hand is not taken a second time. */
export function datasetOf(
  classes: readonly string[],
  hand: readonly DatasetItem[],
  clips: readonly DatasetItem[],
): Dataset {
  const seen = new Set(hand.map(({ clip, index }) => `${clip}.${index}`));
  return {
    classes: [...classes],
    items: [...hand, ...clips.filter(({ clip, index }) => !seen.has(`${clip}.${index}`))],
  };
}
