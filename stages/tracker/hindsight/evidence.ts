/** What hindsight works on: the loop's labels of frames that are not published yet, and the pictures behind them. */
import type { Followed, Template } from '../../../pipeline/domain/models/nanotrack/follower.ts';
import type { Box } from '../../../pipeline/domain/vision/box.ts';
import type { Raster } from '../../../pipeline/domain/vision/image.ts';
import type { TrackerCheckpoint } from '../../../schemas/state.ts';

/** A frame of the window. */
export type WindowFrame = TrackerCheckpoint['window'][number];
/** A track's label in it, as the loop gave it or as it was settled. */
export type WindowLabel = WindowFrame['labels'][number];
/** Where a track was surely, and how far it was followed from there. */
export type Anchorage = TrackerCheckpoint['anchorages'][number];

/** Follows an animal by its looks. */
export interface Follower {
  template(picture: Raster, box: Box): Promise<Template>;
  search(template: Template, picture: Raster, last: Box): Promise<Followed>;
}

/** Pictures of frames that are not freed, and of labelled ones for ever. */
export interface Pictures {
  /** @throws PoisonError where the picture is gone */
  raster(index: number): Promise<Raster>;
}

/** A box at a frame. */
export interface Place {
  readonly frame: number;
  readonly box: Box;
}

/** Least score of a detection that stands by itself. */
export function isSure({ cause, score, isPart }: WindowLabel, sureScore: number): boolean {
  return cause === 'hand' || (cause === 'detected' && !isPart && (score ?? 0) >= sureScore);
}
