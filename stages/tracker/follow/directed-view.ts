/**
 * A clip as it is seen from one frame on, forward or backward: that frame is 0, the next one on the way is 1. So the loop
 * follows an animal back to where it came in as it follows it onward; the difference of two frames has no direction.
 */
import type { Box } from '../../../pipeline/domain/vision/box.ts';
import type { Raster } from '../../../pipeline/domain/vision/image.ts';
import type { Grey } from '../difference.ts';
import type { ClipView, FrameFacts, LookAnswer } from '../view.ts';

export interface Way {
  /** Where it begins. */
  readonly from: number;
  /** The last frame that is seen: before `from` where the way is backward. */
  readonly to: number;
}

export class DirectedView implements ClipView {
  readonly #view: ClipView;
  readonly #from: number;
  readonly #step: 1 | -1;
  readonly #frames: number;
  #isOver = false;
  #seen = 0;

  constructor(view: ClipView, way: Way) {
    this.#view = view;
    this.#from = way.from;
    this.#step = stepOf(way);
    this.#frames = lengthOf(way);
  }

  /** No frame comes any more. */
  end(): void {
    this.#isOver = true;
  }

  /** Frames that were given so far. */
  get seen(): number {
    return this.#seen;
  }

  /** The frame's index in the clip. */
  indexOf(frame: number): number {
    return this.#from + this.#step * frame;
  }

  async frame(index: number): Promise<FrameFacts | null> {
    if (this.#isOver || index >= this.#frames) return null;
    const frame = await this.#view.frame(this.indexOf(index));
    this.#seen = index + 1;
    return frame && { ...frame, index };
  }

  arrived(index: number): FrameFacts | undefined {
    if (index >= this.#frames) return undefined;
    const frame = this.#view.arrived(this.indexOf(index));
    return frame && { ...frame, index };
  }

  look(index: number, regions: readonly Box[]): void {
    this.#view.look(this.indexOf(index), regions);
  }

  answer(index: number): Promise<LookAnswer> {
    return this.#view.answer(this.indexOf(index));
  }

  raster(index: number): Promise<Raster> {
    return this.#view.raster(this.indexOf(index));
  }

  grey(index: number, region: Box): Promise<Grey> {
    return this.#view.grey(this.indexOf(index), region);
  }
}

/** 1 forward, -1 backward. */
export function stepOf({ from, to }: Way): 1 | -1 {
  return to < from ? -1 : 1;
}

/** Frames of a way, both ends included. */
export function lengthOf({ from, to }: Way): number {
  return Math.abs(to - from) + 1;
}
