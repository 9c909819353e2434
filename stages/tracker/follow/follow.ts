/** Follows one animal from a box that a person drew, by the loop that tracks a clip, until it is gone or the way ends. */
import type { Box } from '../../../pipeline/domain/vision/box.ts';
import type { Anchor } from '../../../schemas/clip-arrived.ts';
import type { Cause } from '../../../schemas/terms.ts';
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

/**
 * @param onFrame called for each frame that was decided
 * @returns in the order of the way; where the animal was lost, up to where it was seen last
 */
export async function followAnimal(
  view: ClipView,
  { way, track, label, box, until }: Following,
  options: TrackerOptions,
  onFrame: () => Promise<void> = async () => {},
): Promise<FollowedLabel[]> {
  const directed = new DirectedView(view, way);
  const anchors: Anchor[] = [{ frame: 0, track, box: [...box], label }];
  if (until) anchors.push({ frame: lengthOf(way) - 1, track, box: [...until.box], label });
  // Frame by frame: what is followed ends where the animal is lost, not a window behind it.
  const plain: TrackerOptions = { ...options, method: 'note' };
  const loop = new Tracking({ view: directed, anchors, options: plain, follower: null });
  const labels: FollowedLabel[] = [];
  let isLost = false;
  for await (const { frame, labels: all } of loop.steps()) {
    const own = all.find((found) => found.track === track);
    if (own) labels.push({ ...own, index: directed.indexOf(frame.index), pts: frame.pts });
    isLost = loop.checkpoint.tracks.some((state) => state.track === track && state.ended);
    // Who is lost is not looked for in the whole picture: a person has said which animal it is.
    if (isLost) directed.end();
    await onFrame();
  }
  const isBefore = until && (({ index }: FollowedLabel) => stepOf(way) * (until.index - index) > 0);
  const wanted = isBefore ? labels.filter(isBefore) : labels;
  return isLost ? wanted.slice(0, wanted.findLastIndex(({ cause }) => SEEN.has(cause)) + 1) : wanted;
}
