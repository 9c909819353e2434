/** Follows one animal from a box that a person drew, by the loop that tracks a clip, until it is gone or the way ends. */
import type { Box } from '../../../pipeline/domain/vision/box.ts';
import type { Anchor } from '../../../schemas/clip-arrived.ts';
import type { Cause } from '../../../schemas/terms.ts';
import type { Follower } from '../hindsight/evidence.ts';
import type { Label } from '../loop.ts';
import type { TrackerOptions } from '../options.ts';
import { Tracking } from '../tracking.ts';
import type { ClipView } from '../view.ts';
import { DirectedView, lengthOf, stepOf, type Way } from './directed-view.ts';

/** A box that a person gave. */
export interface GivenBox {
  readonly index: number;
  readonly box: Box;
}

export interface Following {
  /** From the box's frame; where another given box ends it, to that one's. */
  readonly way: Way;
  readonly track: number;
  readonly label: string;
  readonly box: Box;
  /** The next box on the way that a person gave: nothing is labelled from there on. */
  readonly until?: GivenBox | undefined;
}

export interface FollowedLabel extends Label {
  readonly index: number;
  readonly pts: number;
}

/** The animal was there: a person or the detector said so, or both sides of a gap do. */
const SEEN: ReadonlySet<Cause> = new Set<Cause>(['hand', 'detected', 'followed', 'interpolated']);

/** How clips are tracked. */
export interface TrackingWays {
  readonly options: TrackerOptions;
  /** Follows by looks; null where there are no weights. */
  readonly follower: Follower | null;
}

/**
 * @param onFrame called as frames are gone through, with their number so far
 * @returns in the order of the way; where the animal was lost, up to where it was seen last
 */
export async function followAnimal(
  view: ClipView,
  { way, track, label, box, until }: Following,
  { options, follower }: TrackingWays,
  onFrame: (done: number) => Promise<void> = async () => {},
): Promise<FollowedLabel[]> {
  const directed = new DirectedView(view, way);
  const anchors: Anchor[] = [{ frame: 0, track, box: [...box], label }];
  if (until) anchors.push({ frame: lengthOf(way) - 1, track, box: [...until.box], label });
  const tracking = new Tracking({ view: directed, anchors, options, follower });
  const labels: FollowedLabel[] = [];
  for await (const step of tracking.progress()) {
    const own = step?.labels.find((found) => found.track === track);
    if (step && own) labels.push({ ...own, index: directed.indexOf(step.frame.index), pts: step.frame.pts });
    // Who is lost is not looked for in the whole picture: a person has said which animal it is.
    if (tracking.isEnded(track)) directed.end();
    await onFrame(directed.seen);
  }
  const isBefore = until && (({ index }: FollowedLabel) => stepOf(way) * (until.index - index) > 0);
  const wanted = isBefore ? labels.filter(isBefore) : labels;
  return tracking.isEnded(track)
    ? wanted.slice(0, wanted.findLastIndex(({ cause }) => SEEN.has(cause)) + 1)
    : wanted;
}
