/**
 * The loop of the method: for each frame, look in the search region; found: that is the label and the new tracked
 * box; not found: the temporal difference moves the box or holds it.
 *
 * Looks are sent `lookahead` frames before their turn, all in today's search region. Which region a frame is looked
 * at in depends on decided boxes alone, never on timing, so the labels are the same after any crash.
 */

import type { Box, Size } from '../../pipeline/domain/vision/box.ts';
import { centre, clip as clipBox, round, translate } from '../../pipeline/domain/vision/box.ts';
import { PoisonError } from '../../pipeline/runtime/errors.ts';
import type { Boxes, Found } from '../../schemas/boxes.ts';
import type { Anchor } from '../../schemas/clip-arrived.ts';
import type { TrackerCheckpoint } from '../../schemas/state.ts';
import type { Cause } from '../../schemas/terms.ts';
import { type Change, changeAround, displacement, type Grey } from './difference.ts';
import { matchDetections } from './match.ts';
import { Observation } from './observation.ts';
import type { TrackerOptions } from './options.ts';
import { distinct, framesServed, sameBox, searchRegion, wholePicture } from './region.ts';
import { type TrackState, Tracks } from './tracks.ts';

export interface FrameFacts extends Size {
  readonly index: number;
  readonly pts: number;
  /** Why nobody is to look at it. */
  readonly skipped?: string | undefined;
}

/** What the loop sees of its clip; the edge puts the bus behind it. */
export interface ClipView {
  /** The frame, when it has been decoded; null behind the last one. */
  frame(index: number): Promise<FrameFacts | null>;
  /** The frame, if it has been decoded already. */
  arrived(index: number): FrameFacts | undefined;
  /** Asks for a look; the same again is nothing, another one for the same frame replaces it. */
  look(index: number, regions: readonly Box[]): void;
  /** The answer to the look that was asked for last. */
  answer(index: number): Promise<Answer>;
  /** Grey levels of a region of a frame. */
  grey(index: number, region: Box): Promise<Grey>;
}

export interface Label {
  readonly track: number;
  readonly box: Box;
  readonly label: string;
  readonly cause: Cause;
  readonly score: number | null;
  readonly model: string | null;
  readonly region: Box | null;
}

/** A frame, decided. */
export interface DecidedFrame {
  readonly frame: FrameFacts;
  readonly labels: readonly Label[];
}

type Answer = Pick<Boxes, 'found' | 'model' | 'failure'>;

interface Going {
  /** Pixels a frame. */
  readonly x: number;
  readonly y: number;
  /** Moved by the difference: its region will be another in the next frame. */
  readonly unseen: boolean;
}

const resting: Going = { x: 0, y: 0, unseen: false };

/** How much the latest step counts in where a box is going. */
const LATEST = 0.3;

/** Where a clip begins. */
export function initialCheckpoint(): TrackerCheckpoint {
  return {
    next: 0,
    previous: -1,
    tracks: [],
    causes: { hand: 0, detected: 0, moved: 0, held: 0 },
    ledger: { decoded: 0, labelled: 0, empty: 0, skipped: {}, dead: 0 },
    width: 0,
    height: 0,
  };
}

export class TrackLoop {
  readonly #view: ClipView;
  readonly #options: TrackerOptions;
  readonly #state: TrackerCheckpoint;
  readonly #tracks: Tracks;
  /** Where each track's box has been going of late: it decides when looks are sent, never what is seen. */
  readonly #going = new Map<number, Going>();

  constructor(
    view: ClipView,
    anchors: readonly Anchor[],
    options: TrackerOptions,
    from: TrackerCheckpoint = initialCheckpoint(),
  ) {
    this.#view = view;
    this.#options = options;
    this.#state = structuredClone(from);
    this.#tracks = new Tracks(this.#state.tracks, anchors, options);
  }

  /** What a later process needs to go on from here. */
  get checkpoint(): TrackerCheckpoint {
    return structuredClone(this.#state);
  }

  /** Decides frame after frame until the clip ends. */
  async *steps(): AsyncGenerator<DecidedFrame> {
    for (;;) {
      const frame = await this.#view.frame(this.#state.next);
      if (!frame) return;
      this.#state.width = frame.width;
      this.#state.height = frame.height;
      const labels = await this.#decide(frame);
      this.#state.next += 1;
      yield { frame, labels };
    }
  }

  async #decide(frame: FrameFacts): Promise<Label[]> {
    const { ledger, causes, previous } = this.#state;
    ledger.decoded += 1;
    // A box on a frame that is skipped still sets its track right.
    const labels = this.#tracks.draw(frame).map(byHand);
    if (frame.skipped !== undefined) {
      ledger.skipped[frame.skipped] = (ledger.skipped[frame.skipped] ?? 0) + 1;
      return [];
    }
    const regions = this.#regionsAt(frame, previous);
    const seeks = this.#tracks.seeksAt(frame.index, previous);
    if (regions.length > 0) {
      this.#lookAhead(frame);
      const answer = await this.#view.answer(frame.index);
      if (answer.failure === undefined) {
        const sight = new Observation(regions, answer);
        labels.push(...(await this.#follow(frame, sight, labels)));
        if (seeks) labels.push(...this.#seed(frame, sight, labels));
      } else if (labels.length === 0) {
        ledger.dead += 1;
        return [];
      }
    }
    this.#state.previous = frame.index;
    for (const { cause } of labels) causes[cause] += 1;
    if (labels.length > 0) ledger.labelled += 1;
    else ledger.empty += 1;
    return labels;
  }

  /** Asks for this frame's look and those of the frames behind it, as far as today's regions hold. */
  #lookAhead({ index, ...picture }: FrameFacts): void {
    let { previous } = this.#state;
    const served = this.#tracks.followedAt(index).map(({ track, region, box }) => {
      const { x, y, unseen } = this.#going.get(track) ?? resting;
      return unseen ? 1 : framesServed(region, box, picture, { x, y });
    });
    const behind = index + Math.min(this.#options.lookahead, ...served);
    for (let ahead = index; ahead < behind; ahead++) {
      const frame = this.#view.arrived(ahead);
      if (!frame) return;
      if (frame.skipped === undefined) {
        const regions = this.#regionsAt(frame, previous);
        if (regions.length > 0) this.#view.look(ahead, regions);
        previous = ahead;
      }
      // Behind a box drawn by hand the regions will be others.
      if (ahead > index && this.#tracks.drawnAt(ahead)) return;
    }
  }

  /** The followed tracks' regions, and the whole picture where new animals are looked for; each once. */
  #regionsAt(frame: FrameFacts, previous: number): Box[] {
    const regions: Box[] = this.#tracks.followedAt(frame.index).map((track) => track.region);
    return distinct(
      this.#tracks.seeksAt(frame.index, previous) ? [...regions, wholePicture(frame)] : regions,
    );
  }

  async #follow(frame: FrameFacts, sight: Observation, drawn: readonly Label[]): Promise<Label[]> {
    const followed = this.#tracks.followedAt(frame.index);
    const found = await this.#find(followed, frame, sight, boxesOf(drawn));
    const labels: Label[] = [];
    for (const [i, track] of followed.entries()) {
      const { region, box: before } = track;
      const seen = found[i];
      const box = seen ? clipBox(seen.box, frame) : null;
      let cause: Cause = 'detected';
      if (box) this.#tracks.sawIn(track, round(box), frame);
      else {
        cause = await this.#moveOrHold(track, frame);
        this.#tracks.missed(track, frame, boxesOf(found));
      }
      const going = goingOn(this.#going.get(track.track), before, track.box);
      this.#going.set(track.track, { ...going, unseen: cause === 'moved' });
      this.#tracks.lay(track, frame);
      labels.push({
        track: track.track,
        box: [...track.box],
        label: track.label,
        cause,
        score: seen && box ? seen.score : null,
        model: sight.model,
        region,
      });
    }
    return labels;
  }

  /** What continues each track; null where the detector saw nothing of the kind. */
  async #find(
    followed: readonly TrackState[],
    frame: FrameFacts,
    sight: Observation,
    taken: readonly Box[],
  ): Promise<(Found | null)[]> {
    const found = matchDetections(
      followed.map((track) => sight.claim(track)),
      this.#options,
      taken,
    );
    // A region may have been laid for an earlier box: only a miss in one laid for this box is a miss.
    const stale = followed.filter((track, i) => {
      return !found[i] && !sameBox(track.region, searchRegion(track.box, frame, this.#options));
    });
    if (stale.length === 0) return found;
    for (const track of stale) track.region = [...searchRegion(track.box, frame, this.#options)];
    const regions = distinct(stale.map((track) => track.region));
    this.#view.look(frame.index, regions);
    const again = new Observation(regions, await this.#view.answer(frame.index));
    const second = matchDetections(
      stale.map((track) => again.claim(track)),
      this.#options,
      [...taken, ...boxesOf(found)],
    );
    return followed.map((track, i) => found[i] ?? second[stale.indexOf(track)] ?? null);
  }

  async #moveOrHold(track: TrackState, frame: FrameFacts): Promise<'moved' | 'held'> {
    const change = await this.#change(frame.index, track.region, track.box);
    const step = change && displacement(change);
    const moved = step && clipBox(translate(track.box, step.dx, step.dy), frame);
    if (!moved) return 'held';
    track.box = [...round(moved)];
    return 'moved';
  }

  /** What changed since the frame before; null where there is none that can be read. */
  async #change(index: number, region: Box, box: Box): Promise<Change | null> {
    if (this.#state.previous < 0) return null;
    try {
      const [previous, current] = await Promise.all([
        this.#view.grey(this.#state.previous, region),
        this.#view.grey(index, region),
      ]);
      const local = translate(box, -region[0], -region[1]);
      return changeAround(previous, current, local, this.#options.differenceThreshold);
    } catch (error) {
      if (error instanceof PoisonError) return null;
      throw error;
    }
  }

  #seed(frame: FrameFacts, sight: Observation, labels: readonly Label[]): Label[] {
    const region = wholePicture(frame);
    const { model } = sight;
    return this.#tracks
      .seed(frame, sight.in(region), boxesOf(labels))
      .map(({ track, box, label, score }) => ({
        track,
        box,
        label,
        cause: 'detected',
        score,
        model,
        region,
      }));
  }
}

function goingOn(going = resting, before: Box, now: Box): { x: number; y: number } {
  const [from, to] = [centre(before), centre(now)];
  return {
    x: going.x + LATEST * (to.x - from.x - going.x),
    y: going.y + LATEST * (to.y - from.y - going.y),
  };
}

function byHand({ track, box, label }: TrackState): Label {
  return { track, box: [...box], label, cause: 'hand', score: null, model: null, region: null };
}

function boxesOf(those: readonly ({ readonly box: Box } | null)[]): Box[] {
  return those.flatMap((one) => (one ? [one.box] : []));
}
