/** The tracks of a clip: how they begin, when they end, and what a person drew of them. */
import { type Box, clip, iou, round, type Size } from '../../pipeline/domain/vision/box.ts';
import type { Found } from '../../schemas/boxes.ts';
import type { Anchor } from '../../schemas/clip-arrived.ts';
import type { TrackerCheckpoint } from '../../schemas/state.ts';
import { unmatchedDetections } from './match.ts';
import { type MaxAgeRules, maxAge } from './max-age.ts';
import { wholeOfPart } from './part.ts';
import { type RegionRules, sameBox, searchRegion, seekRegion, stillServes, wholePicture } from './region.ts';

export type TrackState = TrackerCheckpoint['tracks'][number];

/** How tracks begin, go on and end. */
export interface TrackRules extends RegionRules, MaxAgeRules {
  /** Least score of a box that begins a track. */
  readonly seedScore: number;
  /** Frames between looks for new animals. */
  readonly seedEvery: number;
  /** The same while all that were drawn are followed. */
  readonly seekEvery: number;
  readonly method: 'hindsight' | 'note';
  readonly lookahead: number;
}

interface Picture extends Size {
  readonly index: number;
}

/** A track that the detector began and a person drew again ends: the drawn one takes its place. */
export const DRAWN_AGAIN = 0.3;
/** Within so many seconds an animal does not change its shape; in a time-lapse it does from frame to frame. */
const SAME_SHAPE_S = 0.25;
/** The detector begins no more tracks than this at once: a look has at most 64 regions (`schemas/look.ts`). */
const MOST_TRACKS = 48;

/** The tracks of one clip; they are the checkpoint's own objects. */
export class Tracks {
  readonly #states: TrackState[];
  readonly #anchors: readonly Anchor[];
  readonly #rules: TrackRules;

  /** @param states of the clip's checkpoint: they are changed here */
  constructor(states: TrackState[], anchors: readonly Anchor[], rules: TrackRules) {
    this.#states = states;
    this.#anchors = anchors;
    this.#rules = rules;
  }

  /** Whether a person drew on this frame. */
  drawnAt(index: number): boolean {
    return this.#anchors.some((anchor) => anchor.frame === index);
  }

  /** Tracks that need a look at this frame: those that go on, without what a person drew on it. */
  followedAt(index: number): TrackState[] {
    return this.#states.filter(({ track, ended }) => {
      return !ended && !this.#anchors.some((anchor) => anchor.frame === index && anchor.track === track);
    });
  }

  /**
   * Where new animals are looked for in this frame; null: nowhere. It is done now and then, less often while all that a
   * person drew are followed, and not at all then in the plain loop.
   * @param previous the frame that was looked at before: between two of them, frames may have been skipped
   */
  seekRegionAt(picture: Picture, previous: number): Box | null {
    const { seedEvery, seekEvery, method } = this.#rules;
    const isFollowed = (drawn: number) => this.#states.some(({ track, ended }) => track === drawn && !ended);
    const allFollowed = this.#anchors.length > 0 && this.#anchors.every(({ track }) => isFollowed(track));
    if (allFollowed && method === 'note') return null;
    const every = allFollowed ? seekEvery : seedEvery;
    const turn = Math.floor(picture.index / every);
    if (turn === Math.floor(previous / every)) return null;
    return method === 'note' ? wholePicture(picture) : seekRegion(picture, turn, this.#rules);
  }

  /** Boxes drawn on this frame begin their tracks or set them right. */
  applyDrawn(picture: Picture): TrackState[] {
    const drawn = this.#anchors.filter((anchor) => anchor.frame === picture.index);
    return drawn.map(({ track, box, label }) => {
      for (const other of this.#states) {
        if (this.#drawnBoxes(other.track).length === 0 && iou(other.box, box) > DRAWN_AGAIN)
          other.ended = true;
      }
      const state =
        this.#states.find((known) => known.track === track) ?? this.#add(track, label, box, picture);
      Object.assign(state, { label, box: [...box], missed: 0, last: picture.index, ended: false });
      this.placeRegion(state, picture);
      return state;
    });
  }

  /** Begins a track for each animal that has none. */
  begin(
    picture: Picture,
    found: readonly Found[],
    known: readonly Box[],
  ): (TrackState & { score: number })[] {
    const free = MOST_TRACKS - this.#states.filter(({ ended }) => !ended).length;
    const unmatched = unmatchedDetections(found, known, this.#rules.seedScore).slice(0, Math.max(0, free));
    return unmatched.flatMap(({ box, label, score }) => {
      const inside = clip(box, picture);
      if (!inside) return [];
      return [{ ...this.#add(this.#nextTrack(), label, round(inside), picture), score }];
    });
  }

  /**
   * The animal's box where the detector found a part of it; null where it did not, or nobody drew the animal. The plain
   * loop takes every box for the animal's.
   * @param seconds since the frame before
   */
  wholeOf({ track, box }: TrackState, found: Box, picture: Picture, seconds: number): Box | null {
    const own = this.#anchors.filter((anchor) => anchor.track === track);
    const distance = ({ frame }: Anchor) => Math.abs(frame - picture.index);
    const [nearest] = own.toSorted((a, b) => distance(a) - distance(b));
    if (!nearest || this.#rules.method === 'note' || seconds > SAME_SHAPE_S) return null;
    return wholeOfPart(found, box, nearest.box, picture);
  }

  /** The detector found the track's animal in this box. */
  detected(track: TrackState, box: Box, { index }: Picture): void {
    Object.assign(track, { box: [...box], missed: 0, last: index });
  }

  /**
   * The detector did not find the track's animal; the track ends where that has been so for too long.
   * @param others boxes in which other tracks' animals were seen in this frame
   */
  missed(track: TrackState, picture: Picture, others: readonly Box[]): void {
    const { box } = track;
    const drawn = this.#drawnBoxes(track.track);
    track.missed += 1;
    track.last = picture.index;
    const unseen = {
      box,
      asDrawn: drawn.some((drawnBox) => sameBox(drawnBox, box)),
      byHand: drawn.length > 0,
      frames: picture.index - track.first + 1,
      missed: track.missed,
      others,
    };
    track.ended = track.missed >= maxAge(unseen, picture, this.#rules);
  }

  /**
   * Says where a track is looked for next. The plain loop centres the region on every box; with lookahead it stays as
   * long as it serves. One that was missed is looked for where it was last.
   */
  placeRegion(track: TrackState, picture: Size): void {
    const { box, region, missed } = track;
    if (missed > 0) track.region = [...searchRegion(box, picture, this.#rules)];
    else if (!this.#serves(region, box, picture)) track.region = this.#regionFor(box, picture);
  }

  /** What is near each other is looked at once: the region of another track where it serves, or a new one. */
  #regionFor(box: Box, picture: Size): TrackState['region'] {
    const shared = this.#states.find(({ ended, region }) => !ended && this.#serves(region, box, picture));
    return [...(shared?.region ?? searchRegion(box, picture, this.#rules))];
  }

  #serves(region: Box, box: Box, picture: Size): boolean {
    return this.#rules.lookahead > 1 && stillServes(region, box, picture, this.#rules);
  }

  #drawnBoxes(track: number): Box[] {
    return this.#anchors.flatMap((anchor) => (anchor.track === track ? [anchor.box] : []));
  }

  /** Tracks that a person numbered keep their numbers, those to come included. */
  #nextTrack(): number {
    return Math.max(0, ...[...this.#states, ...this.#anchors].map(({ track }) => track)) + 1;
  }

  #add(track: number, label: string, box: Box, picture: Picture): TrackState {
    const state: TrackState = {
      track,
      label,
      box: [...box],
      region: this.#regionFor(box, picture),
      missed: 0,
      first: picture.index,
      last: picture.index,
      ended: false,
    };
    this.#states.push(state);
    return state;
  }
}
