/** A clip tracked from a checkpoint on: the loop, with or without hindsight, and what is counted of its labels. */
import type { Anchor } from '../../schemas/clip-arrived.ts';
import type { TrackerCheckpoint } from '../../schemas/state.ts';
import type { Follower } from './hindsight/evidence.ts';
import { Hindsight } from './hindsight/hindsight.ts';
import { type DecidedFrame, initialCheckpoint, type Label, TrackLoop } from './loop.ts';
import type { TrackerOptions } from './options.ts';
import type { ClipView } from './view.ts';

export interface TrackingInput {
  readonly view: ClipView;
  readonly anchors: readonly Anchor[];
  readonly options: TrackerOptions;
  /** Follows by looks; null where there are no weights. */
  readonly follower: Follower | null;
  readonly from?: TrackerCheckpoint;
}

export class Tracking {
  readonly #state: TrackerCheckpoint;
  readonly #decided: () => AsyncGenerator<DecidedFrame | null>;

  constructor({ view, anchors, options, follower, from = initialCheckpoint() }: TrackingInput) {
    this.#state = structuredClone(from);
    const loop = new TrackLoop(view, anchors, options, this.#state);
    const hindsight = new Hindsight(this.#state, view, follower, options);
    this.#decided = () => (options.method === 'note' ? loop.steps() : hindsight.steps(loop.steps()));
  }

  /** First frame that is not decided. */
  get next(): number {
    return this.#state.next;
  }

  /** Whether the track's animal was given up as lost. */
  isEnded(track: number): boolean {
    return this.#state.tracks.some((state) => state.track === track && state.ended);
  }

  /** What a later process needs to go on behind the last frame that was given. */
  get checkpoint(): TrackerCheckpoint {
    return structuredClone(this.#state);
  }

  /** Frame after frame, as it is to be published, until the clip ends. */
  async *steps(): AsyncGenerator<DecidedFrame> {
    for await (const step of this.progress()) if (step) yield step;
  }

  /**
   * As {@link steps}, with null for a frame that was decided and brought none to publish: whoever keeps checkpoints keeps
   * them by then, since the decoder stays near what is decided.
   */
  async *progress(): AsyncGenerator<DecidedFrame | null> {
    const { causes, ledger } = this.#state;
    for await (const step of this.#decided()) {
      if (!step) {
        yield null;
        continue;
      }
      for (const label of step.labels) {
        causes[label.cause] += 1;
        this.#extend(label, step.frame.index);
      }
      if (step.isLookedAt && step.labels.length > 0) ledger.labelled += 1;
      else if (step.isLookedAt) ledger.empty += 1;
      yield step;
    }
  }

  /** The track goes on to this frame. */
  #extend({ track, label }: Label, frame: number): void {
    const { published } = this.#state;
    const span = published.find((known) => known.track === track);
    if (span) Object.assign(span, { label, last: frame });
    else published.push({ track, label, first: frame, last: frame });
  }
}
