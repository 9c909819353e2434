/**
 * Sends looks before their turn, all in today's search regions. How far ahead depends on where the boxes are moving,
 * so that few looks have to be sent again; it decides when looks are sent, never what is seen.
 */
import { type Box, centre } from '../../pipeline/domain/vision/box.ts';
import { distinct, framesServed } from './region.ts';
import type { Tracks } from './tracks.ts';
import type { ClipView, FrameFacts } from './view.ts';

/** Pixels a frame. */
interface Velocity {
  readonly x: number;
  readonly y: number;
}

interface Motion {
  readonly velocity: Velocity;
  /** Moved by the difference: its region will be another in the next frame. */
  readonly unseen: boolean;
}

const resting: Motion = { velocity: { x: 0, y: 0 }, unseen: false };

/** Weight of the latest step in a box's velocity. */
const LATEST = 0.3;

/** Of one clip. */
export class Lookahead {
  readonly #view: ClipView;
  readonly #tracks: Tracks;
  readonly #frames: number;
  readonly #motions = new Map<number, Motion>();

  /** @param frames that are looked at before their turn, at most */
  constructor(view: ClipView, tracks: Tracks, frames: number) {
    this.#view = view;
    this.#tracks = tracks;
    this.#frames = frames;
  }

  /** Asks for this frame's look and those of the frames behind it, as far as today's regions will serve. */
  send({ index, ...picture }: FrameFacts, previous: number): void {
    const served = this.#tracks.followedAt(index).map(({ track, region, box }) => {
      const { velocity, unseen } = this.#motions.get(track) ?? resting;
      return unseen ? 1 : framesServed(region, box, picture, velocity);
    });
    const behind = index + Math.min(this.#frames, ...served);
    let before = previous;
    for (let ahead = index; ahead < behind; ahead++) {
      const frame = this.#view.arrived(ahead);
      if (!frame) return;
      if (frame.skipped === undefined) {
        const regions = this.regionsAt(frame, before);
        if (regions.length > 0) this.#view.look(ahead, regions);
        before = ahead;
      }
      // Behind a box drawn by hand the regions will be others.
      if (ahead > index && this.#tracks.drawnAt(ahead)) return;
    }
  }

  /**
   * The followed tracks' regions, and the one where new animals are looked for; each once.
   * @param previous the frame that was looked at before
   */
  regionsAt(frame: FrameFacts, previous: number): Box[] {
    const regions: Box[] = this.#tracks.followedAt(frame.index).map((track) => track.region);
    const seek = this.#tracks.seekRegionAt(frame, previous);
    return distinct(seek ? [...regions, seek] : regions);
  }

  /** Records where a track's box went. @param unseen it was moved by the difference */
  moved(track: number, from: Box, to: Box, unseen: boolean): void {
    const { velocity } = this.#motions.get(track) ?? resting;
    this.#motions.set(track, { velocity: smoothed(velocity, centre(from), centre(to)), unseen });
  }
}

function smoothed({ x, y }: Velocity, from: Velocity, to: Velocity): Velocity {
  return { x: x + LATEST * (to.x - from.x - x), y: y + LATEST * (to.y - from.y - y) };
}
