/**
 * The loop of the method: for each frame, look in the search region; found: that is the label and the new tracked
 * box; not found: the temporal difference moves the box or holds it.
 *
 * Looks are sent `lookahead` frames before their turn, all in today's search region. Which region a frame is looked
 * at in depends on decided boxes alone, never on timing, so the labels are the same after any crash.
 */
import type { Box, Size } from '../../pipeline/vision/box.ts';
import { clip as clipBox, iou, round, translate } from '../../pipeline/vision/box.ts';
import type { Boxes, Found } from '../../schemas/boxes.ts';
import type { Anchor } from '../../schemas/clip-arrived.ts';
import type { Checkpoint } from '../../schemas/state.ts';
import type { Cause } from '../../schemas/terms.ts';
import { changeAround, displacement, type Grey } from './difference.ts';
import { continuation } from './match.ts';
import type { TrackerOptions } from './options.ts';
import { nearsEdge, sameBox, searchRegion, wholePicture } from './region.ts';

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
  answer(index: number): Promise<Pick<Boxes, 'found' | 'model' | 'failure'>>;
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
export interface Step {
  readonly frame: FrameFacts;
  readonly labels: readonly Label[];
}

type TrackState = Checkpoint['tracks'][number];

/** Where a clip begins. */
export function beginning(): Checkpoint {
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
  readonly #anchors: readonly Anchor[];
  readonly #state: Checkpoint;

  constructor(
    view: ClipView,
    anchors: readonly Anchor[],
    options: TrackerOptions,
    from: Checkpoint = beginning(),
  ) {
    this.#view = view;
    this.#anchors = anchors;
    this.#options = options;
    this.#state = structuredClone(from);
  }

  /** What a later process needs to go on from here. */
  get checkpoint(): Checkpoint {
    return structuredClone(this.#state);
  }

  /** Decides frame after frame until the clip ends. */
  async *steps(): AsyncGenerator<Step> {
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
    const { ledger, causes } = this.#state;
    ledger.decoded += 1;
    if (frame.skipped !== undefined) {
      ledger.skipped[frame.skipped] = (ledger.skipped[frame.skipped] ?? 0) + 1;
      return [];
    }
    const labels = this.#byHand(frame);
    const followed = this.#followedAt(frame.index);
    const regions = this.#regionsAt(frame);
    if (regions.length > 0) {
      this.#lookAhead(frame.index);
      const answer = await this.#view.answer(frame.index);
      if (answer.failure !== undefined) {
        ledger.dead += 1;
        return [];
      }
      for (const [i, track] of followed.entries()) {
        const taken = labels.map((label) => label.box);
        labels.push(await this.#follow(track, frame, answer.found[i] ?? [], answer.model, taken));
      }
      if (this.#seeksAt(frame.index))
        labels.push(...this.#seed(frame, answer.found.at(-1) ?? [], answer.model, labels));
    }
    this.#state.previous = frame.index;
    for (const { cause } of labels) causes[cause] += 1;
    if (labels.length > 0) ledger.labelled += 1;
    else ledger.empty += 1;
    return labels;
  }

  /** Boxes drawn by hand on this frame begin their tracks or set them right. */
  #byHand(frame: FrameFacts): Label[] {
    return this.#anchors
      .filter((anchor) => anchor.frame === frame.index)
      .map(({ track, box, label }) => {
        const known = this.#state.tracks.find((state) => state.track === track);
        const state = known ?? this.#begin(track, label, box, frame);
        const region = searchRegion(box, frame, this.#options);
        Object.assign(state, { box, region, label, missed: 0, ended: false, last: frame.index });
        return { track, box, label, cause: 'hand', score: null, model: null, region: null };
      });
  }

  /** Asks for this frame's look and those of the frames behind it, as far as today's regions hold. */
  #lookAhead(index: number): void {
    for (let ahead = index; ahead < index + this.#options.lookahead; ahead++) {
      const frame = this.#view.arrived(ahead);
      if (!frame) return;
      if (frame.skipped === undefined) {
        const regions = this.#regionsAt(frame);
        if (regions.length > 0) this.#view.look(ahead, regions);
      }
      // Behind a box drawn by hand the regions will be others.
      if (ahead > index && this.#anchors.some((anchor) => anchor.frame === ahead)) return;
    }
  }

  /** One region a followed track, and the whole picture where new animals are looked for. */
  #regionsAt(frame: FrameFacts): Box[] {
    const regions = this.#followedAt(frame.index).map((track) => track.region);
    return this.#seeksAt(frame.index) ? [...regions, wholePicture(frame)] : regions;
  }

  #followedAt(index: number): TrackState[] {
    const drawn = new Set(
      this.#anchors.filter((anchor) => anchor.frame === index).map((anchor) => anchor.track),
    );
    return this.#state.tracks.filter((track) => !track.ended && !drawn.has(track.track));
  }

  /** New animals are looked for where nobody has drawn the clip's animals, or all that were drawn are gone. */
  #seeksAt(index: number): boolean {
    if (index % this.#options.seedEvery !== 0) return false;
    const drawn = this.#anchors.length > 0;
    const waiting = this.#anchors.some((anchor) => anchor.frame >= index);
    return !waiting && (!drawn || this.#state.tracks.every((track) => track.ended));
  }

  async #follow(
    track: TrackState,
    frame: FrameFacts,
    first: readonly Found[],
    model: string | null,
    taken: readonly Box[],
  ): Promise<Label> {
    const { minScore } = this.#options;
    let found = continuation(track.box, track.missed, first, minScore, taken);
    const centred = searchRegion(track.box, frame, this.#options);
    if (!found && !sameBox(centred, track.region)) {
      // The region was laid for an earlier box: only a miss in one laid for this box is a miss.
      track.region = [...centred];
      this.#view.look(frame.index, [centred]);
      const again = await this.#view.answer(frame.index);
      found = continuation(track.box, track.missed, again.found[0] ?? [], minScore, taken);
    }
    const region = track.region;
    const label = { track: track.track, label: track.label, model, region };
    if (found) {
      const box = round(clipBox(found.box, frame) ?? track.box);
      Object.assign(track, { box, missed: 0, last: frame.index });
      this.#layRegion(track, frame);
      return { ...label, box, cause: 'detected', score: found.score };
    }
    const moved = await this.#moveByDifference(track, frame);
    track.missed += 1;
    track.last = frame.index;
    if (moved) track.box = [...moved];
    this.#layRegion(track, frame);
    if (track.missed >= this.#patience(track.box, frame)) track.ended = true;
    return { ...label, box: track.box, cause: moved ? 'moved' : 'held', score: null };
  }

  async #moveByDifference(track: TrackState, frame: FrameFacts): Promise<Box | null> {
    const { region } = track;
    const { previous: before } = this.#state;
    if (before < 0) return null;
    const [previous, current] = await Promise.all([
      this.#view.grey(before, region),
      this.#view.grey(frame.index, region),
    ]);
    const local = translate(track.box, -region[0], -region[1]);
    const change = changeAround(previous, current, local, this.#options.differenceThreshold);
    const step = displacement(change, local);
    if (!step) return null;
    const moved = clipBox(translate(track.box, step.dx, step.dy), frame);
    return moved ? round(moved) : null;
  }

  /** The plain loop centres the region on every box; with lookahead it stays until the box nears its edge. */
  #layRegion(track: TrackState, frame: Size): void {
    const { lookahead } = this.#options;
    if (lookahead === 1 || track.missed > 0 || nearsEdge(track.box, track.region, frame)) {
      track.region = [...searchRegion(track.box, frame, this.#options)];
    }
  }

  #patience(box: Box, { width, height }: Size): number {
    const rim = 0.02 * Math.max(width, height);
    const atEdge =
      box[0] < rim || box[1] < rim || box[0] + box[2] > width - rim || box[1] + box[3] > height - rim;
    return atEdge ? Math.min(this.#options.leftAfter, this.#options.lostAfter) : this.#options.lostAfter;
  }

  #seed(frame: FrameFacts, found: readonly Found[], model: string | null, labels: readonly Label[]): Label[] {
    const seeds: Label[] = [];
    for (const { box: raw, score, label } of found) {
      const box = clipBox(raw, frame);
      if (score < this.#options.seedScore || !box) continue;
      if ([...labels, ...seeds].some((other) => iou(other.box, box) > 0.3)) continue;
      const track = this.#state.tracks.reduce((most, state) => Math.max(most, state.track), 0) + 1;
      const state = this.#begin(track, label, round(box), frame);
      seeds.push({
        track,
        box: state.box,
        label,
        cause: 'detected',
        score,
        model,
        region: wholePicture(frame),
      });
    }
    return seeds;
  }

  #begin(track: number, label: string, box: Box, frame: FrameFacts): TrackState {
    const state: TrackState = {
      track,
      label,
      box: [...box],
      region: [...searchRegion(box, frame, this.#options)],
      missed: 0,
      first: frame.index,
      last: frame.index,
      ended: false,
    };
    this.#state.tracks.push(state);
    return state;
  }
}
