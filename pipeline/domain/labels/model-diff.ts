/**
 * What a model would change in the labels that stand: which frames tell, and what its boxes there say. Pure. One frame by
 * itself does not say what the tracker would make of it; it says what the tracker would be told.
 */
import type { Found } from '../../../schemas/boxes.ts';
import { type DiffFrame, MOST_DIFF_FRAMES, MOST_DIFF_REGIONS } from '../../../schemas/diff-job.ts';
import { suppress } from '../models/detector/nms.ts';
import { evenlySpaced } from '../statistics/evenly-spaced.ts';
import { area, type Box, intersection, iou, type Size } from '../vision/box.ts';
import type { ReviewedLabel } from './review.ts';

/** A tracked clip and its labels, whatever was decided on them. */
export interface LabelledClip extends Size {
  readonly clip: string;
  /** How many there are. */
  readonly frames: number;
  readonly labels: readonly ReviewedLabel[];
}

/** What would be otherwise on one frame. */
export interface LabelChange {
  readonly clip: string;
  readonly index: number;
  /** null: an animal that has no label there. */
  readonly track: number | null;
  readonly kind: 'moved' | 'gone' | 'new';
  readonly before: Box | null;
  readonly after: Box | null;
  /** How clear it is, 0..1: the score of what is new or was there, the share of the box that moved. */
  readonly strength: number;
}

/** Of the frames that are looked at, those without a label: where animals may have been missed. */
const emptyShare = 0.25;

/**
 * Frames spread evenly over all clips, three with labels to one without; the same ones whatever was decided. Shown are
 * the search regions of the labels, and the whole picture.
 */
export function diffFrames(clips: readonly LabelledClip[], most = MOST_DIFF_FRAMES): DiffFrame[] {
  const sorted = clips.toSorted((a, b) => (a.clip < b.clip ? -1 : 1));
  const labelled: DiffFrame[] = [];
  const empty: DiffFrame[] = [];
  for (const { clip, frames, labels, width, height } of sorted) {
    const byFrame = Map.groupBy(labels, ({ track }) => track.index);
    const whole: Box = [0, 0, width, height];
    for (let index = 0; index < frames; index += 1) {
      const own = byFrame.get(index) ?? [];
      const regions = distinct([whole, ...own.flatMap(({ track: { region } }) => (region ? [region] : []))]);
      const frame = { clip, index, regions: regions.slice(0, MOST_DIFF_REGIONS).map(numbers) };
      (own.length > 0 ? labelled : empty).push(frame);
    }
  }
  const without = Math.min(empty.length, Math.max(Math.round(most * emptyShare), most - labelled.length));
  return [...evenlySpaced(labelled, most - without), ...evenlySpaced(empty, without)];
}

/** A box that continues a track has so much, or {@link weakScore} where it overlaps it by half: the tracker's rule. */
const minScore = 0.25;
const weakScore = 0.1;
/** A box that begins a track has so much. */
const seedScore = 0.5;
/** IoU from which two boxes are the same. */
const same = 0.5;
/** IoU from which a box is of this animal, if somewhere else. */
const met = 0.1;
/** A box that lies in a label by more is a part of its animal. */
const part = 0.5;

/**
 * Labels that a person drew stand whatever a model says; rejected ones do not stand. One that is not seen is gone only
 * where it was seen before: the others the tracker would follow, move or hold as it did.
 * @param labels of the frame
 * @param found in each region of it
 */
export function frameChanges(
  { clip, index }: Pick<DiffFrame, 'clip' | 'index'>,
  labels: readonly ReviewedLabel[],
  found: readonly (readonly Found[])[],
): LabelChange[] {
  const boxes = suppress(found.flat(), weakScore);
  const standing = labels.filter(({ review }) => review !== 'rejected');
  const pairs = standing
    .flatMap((label) => boxes.map((box) => ({ label, box, overlap: iou(label.box, box.box) })))
    .filter(({ box, overlap }) => overlap >= (box.score >= minScore ? met : same))
    .sort((a, b) => b.overlap - a.overlap);
  const taken = new Map<ReviewedLabel, (typeof pairs)[number]>();
  const used = new Set<Found>();
  for (const pair of pairs) {
    if (taken.has(pair.label) || used.has(pair.box)) continue;
    taken.set(pair.label, pair);
    used.add(pair.box);
  }
  const changes = standing.flatMap((label): LabelChange[] => {
    const { track, trackId, box: before } = label;
    const place = { clip, index, track: trackId, before };
    const pair = taken.get(label);
    if (track.cause === 'hand') return [];
    if (!pair)
      return track.cause === 'detected'
        ? [{ ...place, kind: 'gone', after: null, strength: track.score ?? 0 }]
        : [];
    if (pair.overlap >= same) return [];
    return [{ ...place, kind: 'moved', after: pair.box.box, strength: 1 - pair.overlap }];
  });
  const isPart = ({ box }: Found) =>
    standing.some((label) => intersection(label.box, box) >= part * Math.min(area(box), area(label.box)));
  const fresh = boxes.filter((box) => box.score >= seedScore && !used.has(box) && !isPart(box));
  return [
    ...changes,
    ...fresh.map(({ box, score }) => ({
      ...{ clip, index, track: null, kind: 'new' as const, before: null },
      ...{ after: box, strength: score },
    })),
  ];
}

/** Of all frames that were looked at, the clearest first. @param found one a frame; null where it was not looked at */
export function labelChanges(
  clips: readonly LabelledClip[],
  frames: readonly DiffFrame[],
  found: readonly (readonly (readonly Found[])[] | null)[],
): LabelChange[] {
  const labels = Map.groupBy(
    clips.flatMap((clip) => clip.labels),
    ({ track }) => placeOf(track),
  );
  return frames
    .flatMap((frame, i) => {
      const boxes = found[i];
      return boxes ? frameChanges(frame, labels.get(placeOf(frame)) ?? [], boxes) : [];
    })
    .sort((a, b) => b.strength - a.strength);
}

function placeOf({ clip, index }: Pick<DiffFrame, 'clip' | 'index'>): string {
  return `${clip}.${index}`;
}

function distinct(boxes: readonly Box[]): Box[] {
  return [...new Map(boxes.map((box) => [box.join(), box])).values()];
}

function numbers([x, y, w, h]: Box): [number, number, number, number] {
  return [x, y, w, h];
}
