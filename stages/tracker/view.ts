/** What the tracker sees of its clip, without the bus: `bus/clip-view.ts` puts the bus behind it. */
import type { Box, Size } from '../../pipeline/domain/vision/box.ts';
import type { Raster } from '../../pipeline/domain/vision/image.ts';
import type { Boxes } from '../../schemas/boxes.ts';
import type { Grey } from './difference.ts';

/** What is known of a frame without its pixels. */
export interface FrameFacts extends Size {
  readonly index: number;
  /** Seconds since the first frame. */
  readonly pts: number;
  /** Why it is not to be looked at. */
  readonly skipped?: string | undefined;
}

export type LookAnswer = Pick<Boxes, 'found' | 'model' | 'failure'>;

/** A clip's frames and the answers to its looks. */
export interface ClipView {
  /** The frame, when it has been decoded; null behind the last one. */
  frame(index: number): Promise<FrameFacts | null>;
  /** The frame, if it has been decoded already. */
  arrived(index: number): FrameFacts | undefined;
  /** Asks for a look; the same again is nothing, another one for the same frame replaces it. */
  look(index: number, regions: readonly Box[]): void;
  /** The answer to the look that was asked for last. */
  answer(index: number): Promise<LookAnswer>;
  /** Grey levels of a region of a frame. */
  grey(index: number, region: Box): Promise<Grey>;
  /** The whole picture of a frame that is not freed, or is labelled. @throws PoisonError where it is gone */
  raster(index: number): Promise<Raster>;
}
