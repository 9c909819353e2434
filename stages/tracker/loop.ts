/**
 * The loop of the method: for each frame, look in the search region; found: that is the label and the new tracked
 * box; not found: the temporal difference moves the box or holds it.
 *
 * Which region a frame is looked at in depends on decided boxes alone, never on timing, so the labels are the same
 * after any crash.
 */

import { addFrame } from '../../pipeline/domain/labels/frame-runs.ts';
import { type Box, clip as clipBox, round, translate } from '../../pipeline/domain/vision/box.ts';
import { isCutByTile } from '../../pipeline/domain/vision/tiles.ts';
import { PoisonError } from '../../pipeline/runtime/errors.ts';
import type { Found } from '../../schemas/boxes.ts';
import type { Anchor } from '../../schemas/clip-arrived.ts';
import type { TrackerCheckpoint } from '../../schemas/state.ts';
import { type Cause, noCauses } from '../../schemas/terms.ts';
import { type Change, changeAround, displacement } from './difference.ts';
import { Lookahead } from './lookahead.ts';
import { matchDetections } from './match.ts';
import { Observation } from './observation.ts';
import type { TrackerOptions } from './options.ts';
import { distinct, sameBox, searchRegion } from './region.ts';
import { type TrackState, Tracks } from './tracks.ts';
import type { ClipView, FrameFacts } from './view.ts';

/** A box of a track on a frame; boxes in px of the frame. */
export interface Label {
  readonly track: number;
  readonly box: Box;
  readonly label: string;
  readonly cause: Cause;
  readonly score: number | null;
  /** The detector saw a part of the animal; the box is that of the whole. */
  readonly isPart?: true;
  /** How alike it looks to what was followed, 0..1. */
  readonly likeness?: number;
  readonly model: string | null;
  readonly region: Box | null;
}

/** A frame, decided. */
export interface DecidedFrame {
  readonly frame: FrameFacts;
  /** False where it was skipped, or could not be looked at: it counts as that in the ledger. */
  readonly isLookedAt: boolean;
  readonly labels: readonly Label[];
}

/** A clip's checkpoint before its first frame. @param restart see {@link TrackerCheckpoint} */
export function initialCheckpoint(restart = 0): TrackerCheckpoint {
  return {
    version: 3,
    restart,
    next: 0,
    previous: -1,
    tracks: [],
    window: [],
    anchorages: [],
    published: [],
    causes: noCauses(),
    ledger: { decoded: 0, labelled: 0, empty: 0, skipped: {}, dead: 0 },
    looked: [],
    width: 0,
    height: 0,
  };
}

/** The loop over one clip. */
export class TrackLoop {
  readonly #view: ClipView;
  readonly #options: TrackerOptions;
  readonly #state: TrackerCheckpoint;
  readonly #tracks: Tracks;
  readonly #lookahead: Lookahead;

  /** @param state where it begins; it is changed as the loop goes on */
  constructor(view: ClipView, anchors: readonly Anchor[], options: TrackerOptions, state: TrackerCheckpoint) {
    this.#view = view;
    this.#options = options;
    this.#state = state;
    this.#tracks = new Tracks(this.#state.tracks, anchors, options);
    this.#lookahead = new Lookahead(view, this.#tracks, options.lookahead);
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
      yield { frame, isLookedAt: labels !== null, labels: labels ?? [] };
    }
  }

  /** @returns null where the frame was not looked at */
  async #decide(frame: FrameFacts): Promise<Label[] | null> {
    const { ledger, previous } = this.#state;
    ledger.decoded += 1;
    // A box on a frame that is skipped still sets its track right.
    const labels = this.#tracks.applyDrawn(frame).map(byHand);
    if (frame.skipped !== undefined) {
      ledger.skipped[frame.skipped] = (ledger.skipped[frame.skipped] ?? 0) + 1;
      return null;
    }
    const regions = this.#lookahead.regionsAt(frame, previous);
    const seek = this.#tracks.seekRegionAt(frame, previous);
    if (regions.length > 0) {
      this.#lookahead.send(frame, previous);
      const answer = await this.#view.answer(frame.index);
      if (answer.failure === undefined) {
        const observation = new Observation(regions, answer);
        labels.push(...(await this.#follow(frame, observation, labels)));
        if (seek) labels.push(...this.#beginTracks(frame, observation, seek, labels));
      } else if (labels.length === 0) {
        ledger.dead += 1;
        return null;
      }
    }
    this.#state.previous = frame.index;
    if (this.#state.looked) addFrame(this.#state.looked, frame.index);
    return labels;
  }

  /** A label for each followed track: detected, moved or held. */
  async #follow(frame: FrameFacts, observation: Observation, drawn: readonly Label[]): Promise<Label[]> {
    const followed = this.#tracks.followedAt(frame.index);
    const found = await this.#find(followed, frame, observation, boxesOf(drawn));
    const labels: Label[] = [];
    for (const [i, track] of followed.entries()) {
      const { region, box: before } = track;
      const seen = found[i];
      const box = seen ? clipBox(seen.box, frame) : null;
      let cause: Cause = 'detected';
      const whole = box && this.#tracks.wholeOf(track, box, frame, this.#secondsTo(frame));
      if (box) this.#tracks.detected(track, round(whole ?? box), frame);
      else {
        cause = await this.#moveOrHold(track, frame);
        this.#tracks.missed(track, frame, boxesOf(found));
      }
      this.#lookahead.moved(track.track, before, track.box, cause === 'moved');
      this.#tracks.placeRegion(track, frame);
      labels.push({
        track: track.track,
        box: [...track.box],
        label: track.label,
        cause,
        score: seen && box ? seen.score : null,
        ...(whole && { isPart: true }),
        model: observation.model,
        region,
      });
    }
    return labels;
  }

  /** Since the frame that was looked at before, at the clip's mean rate. */
  #secondsTo({ index, pts }: FrameFacts): number {
    return index === 0 ? Infinity : ((index - this.#state.previous) * pts) / index;
  }

  /** What continues each track; null where the detector saw nothing of the kind. */
  async #find(
    followed: readonly TrackState[],
    frame: FrameFacts,
    observation: Observation,
    taken: readonly Box[],
  ): Promise<(Found | null)[]> {
    const found = matchDetections(
      followed.map((track) => observation.claim(track)),
      this.#options,
      taken,
    );
    // The region may be an earlier box's: only a miss in this box's own region is a miss.
    const stale = followed.filter((track, i) => {
      return !found[i] && !sameBox(track.region, searchRegion(track.box, frame, this.#options));
    });
    if (stale.length === 0) return found;
    for (const track of stale) track.region = [...searchRegion(track.box, frame, this.#options)];
    const regions = distinct(stale.map((track) => track.region));
    this.#view.look(frame.index, regions);
    const retried = new Observation(regions, await this.#view.answer(frame.index));
    const second = matchDetections(
      stale.map((track) => retried.claim(track)),
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

  /** New tracks, of animals in the region that no label has, and that it does not cut. */
  #beginTracks(frame: FrameFacts, observation: Observation, region: Box, labels: readonly Label[]): Label[] {
    const { model } = observation;
    const whole = observation.in(region).filter(({ box }) => !isCutByTile(box, region, frame));
    return this.#tracks.begin(frame, whole, boxesOf(labels)).map(({ track, box, label, score }) => ({
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

function byHand({ track, box, label }: TrackState): Label {
  return { track, box: [...box], label, cause: 'hand', score: null, model: null, region: null };
}

function boxesOf(found: readonly ({ readonly box: Box } | null)[]): Box[] {
  return found.flatMap((detection) => (detection ? [detection.box] : []));
}
