/**
 * The dataset of a classifier: every good label by itself. What is held out was seen at another time: neighbouring
 * frames of an animal are nearly the same picture, and a score on them would say nothing.
 */
import { isGood, type ReviewedLabel } from '../../pipeline/domain/labels/review.ts';
import { evenlySpaced } from '../../pipeline/domain/statistics/evenly-spaced.ts';
import type { Dataset, DatasetItem } from '../../schemas/dataset.ts';
import { type ClipLabels, trainingBox } from './dataset.ts';

/** A clip's labels with its frame rate. */
export interface TimedClipLabels extends ClipLabels {
  readonly clip: string;
  /** Frames a second. */
  readonly fps: number;
}

/** Of a clip, a class and a split: neighbouring crops add nothing but time. */
const mostLabels = 200;
/** Between what is learnt from and what is held out of one clip, s. */
const gapS = 2;
/** A clip with fewer labels of a class is not split. */
const fewestLabels = 10;
/** With fewer, a clip that is held out would be half of what there is to learn from. */
const enoughClips = 3;

/**
 * Held out for each class: whole clips where it is in three or more, else the end of each. Only the label itself
 * matters, so an accepted one counts though another on its frame was rejected.
 * @param hand pictures drawn on by hand: stills keep their split, frames of these clips are among the clips' labels
 * @param heldOutShare 0..0.5
 */
export function cropItems(
  clips: readonly TimedClipLabels[],
  hand: readonly DatasetItem[],
  heldOutShare: number,
): DatasetItem[] {
  const good = clips.flatMap((from) => from.labels.filter(isGood).map((label) => ({ from, label })));
  const items = [...Map.groupBy(good, ({ label }) => label.label)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, ofClass]) => {
      const byClip = [...Map.groupBy(ofClass, ({ from }) => from.clip).values()].map((labels) => ({
        from: labels[0]!.from, // a group has one
        labels: labels.map(({ label }) => label).sort((a, b) => a.track.index - b.track.index),
      }));
      return splitByClip(byClip, heldOutShare).flatMap(({ from, split, labels }) =>
        evenlySpaced(labels, mostLabels).map((label) => itemOf(from, label, split)),
      );
    });
  const known = new Set(clips.map(({ clip }) => clip));
  return [...hand.filter(({ clip }) => !known.has(clip)), ...items];
}

/** Of the classes that are left. */
export function cropDataset(classes: readonly string[], items: readonly DatasetItem[]): Dataset {
  const found = new Set(items.flatMap(({ boxes }) => boxes.map(({ label }) => label)));
  return { classes: classes.filter((name) => found.has(name)), items: [...items] };
}

/** A clip's labels of one class, and what they are for. */
interface ClipPart {
  readonly from: TimedClipLabels;
  readonly split: DatasetItem['split'];
  readonly labels: readonly ReviewedLabel[];
}

/** Which clips, or parts of clips, are held out. @param clips labels of one class, by frame */
function splitByClip(clips: readonly Omit<ClipPart, 'split'>[], share: number): ClipPart[] {
  if (share === 0) return clips.map((part) => ({ ...part, split: 'train' }));
  if (clips.length < enoughClips) return clips.flatMap((part) => splitByTime(part, share));
  // A clip's id is the digest of its file: the lowest are drawn by lot, and stay the same when clips are added.
  const order = clips.toSorted((a, b) => (a.from.clip < b.from.clip ? -1 : 1));
  const heldOut = new Set(order.slice(0, Math.max(1, Math.round(share * clips.length))));
  return order.map((part) => ({ ...part, split: heldOut.has(part) ? 'held-out' : 'train' }));
}

function splitByTime({ from, labels }: Omit<ClipPart, 'split'>, share: number): ClipPart[] {
  const whole: ClipPart[] = [{ from, split: 'train', labels }];
  if (labels.length < fewestLabels) return whole;
  const first = labels[Math.floor((1 - share) * labels.length)]!.track.index; // share > 0
  const last = first - gapS * from.fps;
  const train = labels.filter(({ track }) => track.index <= last);
  if (train.length === 0) return whole;
  return [
    { from, split: 'train', labels: train },
    { from, split: 'held-out', labels: labels.filter(({ track }) => track.index >= first) },
  ];
}

function itemOf(
  { file, width, height }: ClipLabels,
  label: ReviewedLabel,
  split: ClipPart['split'],
): DatasetItem {
  const { clip, index, track } = label.track;
  return {
    clip,
    index,
    name: `${file}#${index}.${track}`,
    width,
    height,
    split,
    boxes: [trainingBox(label)],
  };
}
