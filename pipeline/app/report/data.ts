/** What the report shows: plain values only, gathered by whoever ran the job. Fractions and scores are 0..1. */
import type { Ledger } from '../../../schemas/terms.ts';
import type { ClipFacts, LabelRow } from '../../domain/formats/label-row.ts';
import type { ReviewFigures } from '../../domain/labels/review-figures.ts';
import type { CurvePoint, DetectionScores } from '../../domain/scores/detection.ts';
import type { LabelScores } from '../../domain/scores/labels.ts';
import type { PicturedMistake } from '../../domain/scores/mistakes.ts';

export interface ReportData {
  /** Names the run, e.g. its folder; the page's heading. */
  readonly title: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Of Shika. */
  readonly version: string;
  /** As the user typed it; null where no person did. */
  readonly command: string | null;
  /** Wall time by step, in the order in which they ran. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Wall time of the whole run; more than its steps together. */
  readonly totalSeconds: number;
  /** Over all clips, from the first frame decoded to the last one labelled; null where nothing was. */
  readonly framesPerSecond: number | null;
  /** Boxes drawn by hand that the run began with, on stills and on clips; null where nobody counted. */
  readonly handBoxes: number | null;
  /** In the order in which they are to be read; those that failed included. */
  readonly clips: readonly ClipReport[];
  /** null where nobody counted. */
  readonly review: ReviewFigures | null;
  /** null where that training did not take place. */
  readonly pre: ModelReport | null;
  readonly main: ModelReport | null;
  /** Whether the main model became the active one, and why; null where none was trained. */
  readonly promotion: { readonly promoted: boolean; readonly why: string } | null;
  /** null where the truth is not known. */
  readonly truth: TruthReport | null;
  readonly explanations: readonly ExplanationReport[];
  /** Files that could not be used, and anything else a person should know of. Clips that failed say so themselves. */
  readonly problems: readonly { readonly file: string; readonly message: string }[];
}

export interface ClipReport {
  /** Name of the clip's file, without its folder. */
  readonly file: string;
  /** null where it failed before anything was known of it. */
  readonly facts: ClipFacts | null;
  /** null where it failed before a frame was decoded. */
  readonly ledger: Ledger | null;
  /** What the file announced or held and did not give, in a sentence; null where nothing is wrong with it. */
  readonly damage: string | null;
  /** One sentence; null where the clip was finished. */
  readonly failure: string | null;
  /** All of the clip's labels, the rejected ones included. */
  readonly labels: readonly LabelRow[];
  /** The pictures that `chooseSamples` asked for, as far as they could be had. */
  readonly samples: readonly Sample[];
}

/** A frame for the contact sheet. */
export interface Sample {
  readonly frame: number;
  /** Because its labels are doubtful, or as one of an even choice over the clip. */
  readonly because: 'doubtful' | 'even';
  /** JPEG (or any picture) of the whole frame, of any size; made small for the page. */
  readonly picture: Uint8Array;
}

export interface ModelReport {
  readonly id: string;
  readonly network: string;
  /** What its training started from. */
  readonly start: string;
  readonly trainedOn: { readonly examples: number; readonly boxes: number };
  /** Boxes that its second stage learned from, of animals and of something else; null where it has none. */
  readonly verifier: { readonly boxes: number; readonly others: number } | null;
  readonly history: readonly EpochReport[];
  /** On the held-out pictures that a person drew; null where none are held out. */
  readonly drawn: { readonly scores: HeldOutScores; readonly interval: readonly [number, number] } | null;
  /** On all held-out pictures, most of which carry the pipeline's own labels; null where none were held out. */
  readonly scores: HeldOutScores | null;
  /** The worst first, on the pictures that its own training held out; null where nobody looked for them. */
  readonly mistakes: readonly PicturedMistake[] | null;
}

export interface EpochReport {
  readonly epoch: number;
  readonly loss: number;
  /** On the held-out pictures; left out where the epoch was not scored. */
  readonly ap50?: number;
  readonly ap50_95?: number;
  readonly meanIoU?: number;
  /** Since training began. */
  readonly seconds: number;
}

/** The part of {@link DetectionScores} that a model card keeps, and the curve where it is known. */
export interface HeldOutScores
  extends Pick<DetectionScores, 'images' | 'ap50' | 'ap50_95' | 'meanIoU' | 'recall'> {
  /** Precision over recall at IoU 0.5. */
  readonly curve?: readonly CurvePoint[];
}

export interface TruthReport {
  /** Where the truth comes from, e.g. "rendered with the clip". */
  readonly source: string;
  /** How good the labels are; null where they were not scored. */
  readonly labels: (LabelScores & Partial<Pick<DetectionScores, 'ap50' | 'ap50_95'>>) | null;
  /** How good each model is on the frames with truth. */
  readonly pre: HeldOutScores | null;
  readonly main: HeldOutScores | null;
}

export interface ExplanationReport {
  /** Which picture, and which box. */
  readonly name: string;
  /** The figure: original left, map right. */
  readonly png: Uint8Array;
  /** One sentence on whether the map can be trusted, and why. */
  readonly verdict: string;
  readonly trusted: boolean;
  /** What the verdict rests on, e.g. `{ 'inside the box': 0.71, 'random map': 0.22 }`. */
  readonly figures: Readonly<Record<string, number | string>>;
}
