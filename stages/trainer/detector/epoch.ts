/** What each epoch of training leaves in its history. */
import type { DetectionScores } from '../../../pipeline/domain/scores/detection.ts';
import type { LossParts } from './loss.ts';
import type { NetworkPart } from './network-part.ts';

/** An epoch is {@link DetectorRecipe.evaluateEvery} steps, or what is left of a phase. */
export interface DetectorEpoch {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done, of how many. */
  readonly step: number;
  readonly steps: number;
  readonly part: NetworkPart;
  /** Means over the epoch's steps. */
  readonly loss: LossParts;
  /** Of the weights that would be kept now; null where nothing is held out. */
  readonly heldOut: DetectionScores | null;
  /** Since the start, without the time between a kill and the going on. */
  readonly seconds: number;
}
