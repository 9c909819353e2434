/** What the report of a classifier's training shows: plain values only. Shares and probabilities are 0..1. */
import type { ClassifierTraining, LeftOut } from '../../../domain/models/classifier/training.ts';
import type { ClassificationMistake } from '../../../domain/scores/classification.ts';

/** Any picture, made small for the page; null where it can't be had. */
type Picture = Uint8Array | null;

export interface ClassifierReport {
  readonly title: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Of Shika. */
  readonly version: string;
  /** As the user typed it; null where no person did. */
  readonly command: string | null;
  readonly model: {
    readonly id: string;
    /** Of MobileNetV2's channels. */
    readonly alpha: number;
    /** Of the input, px. */
    readonly side: number;
    /** The weights file that its training started from. */
    readonly start: string;
  };
  readonly training: ClassifierTraining;
  readonly promotion: { readonly promoted: boolean; readonly why: string };
  /** The worst of the training's mistakes, with their pictures. */
  readonly mistakes: readonly (ClassificationMistake & { readonly picture: Picture })[];
  /** All that was left out; some with their pictures. */
  readonly leftOut: readonly (LeftOut & { readonly picture: Picture })[];
}
