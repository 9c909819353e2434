/**
 * What the page asks and gets: the contract between `studio/` (on the bus) and `page/` (in the browser). Requests have a
 * schema, since anybody can send one; answers are plain types, since we make them. All under `/api`, JSON, with the
 * session's cookie; an error is {@link ApiError} with its HTTP status.
 *
 * | method and path | body | answer |
 * |---|---|---|
 * | GET `/session` | | {@link Session} |
 * | PUT `/session` | {@link SessionChange} | {@link Session} |
 * | GET `/live` | | server-sent events, each a {@link LiveEvent} |
 * | GET `/clips` | | {@link ClipView}[] |
 * | GET `/clips/:clip/frames/:index` | | the stored JPEG; waits until the decoder has it, `504` after 60 s; `404` with the reason where it can't be had |
 * | GET `/clips/:clip/labels` | | {@link TrackView}[]: all labels of the clip, by track |
 * | GET `/tracks` | | {@link TrackSummary}[], first what is worth a person's second |
 * | GET `/drawn` | | {@link DrawnFrame}[] |
 * | PUT `/drawn/:clip/:index` | {@link Draw} | {@link DrawnFrame}; `409` with the one that stands |
 * | GET `/proposals` | | {@link FrameProposal}[]: frames worth drawing, what was imported among them; better ones come as events |
 * | POST `/decisions` | {@link Decide} | {@link Decided}; `409` with what somebody decided meanwhile |
 * | POST `/edits` | {@link Edit} | {@link Decided} |
 * | POST `/undo`, `/redo` | {@link Again} | {@link Decided}; `404` where there is nothing to undo |
 * | POST `/follow` | {@link Follow} | {@link JobView} |
 * | POST `/go` | {@link Go} | {@link JobView}[] |
 * | GET `/jobs` | | {@link JobView}[] |
 * | GET `/models` | | {@link ModelView}[] |
 * | POST `/models/:model/activate` | | {@link ModelView}[] |
 * | GET `/models/:model/diff` | | {@link ModelDiff}: what this model would change in the labels that stand; answers after 20 s at most |
 * | GET `/why/:clip/:track/:index` | | {@link Why}; waits for the explainer, `504` after 30 s |
 * | GET `/explanations/:job/figure.png` | | the figure of a {@link Why} |
 * | GET `/audit` | | {@link AuditTask}[] still open |
 * | POST `/audit` | {@link AuditAnswer} | {@link Progress} |
 * | GET `/progress` | | {@link Progress} |
 * | GET `/events` | | {@link StayView}[], as `shika events` gives them |
 */
import Type, { type Static } from 'typebox';
import type { LabelDoubt } from '../../../pipeline/domain/labels/doubt.ts';
import type { LabelChange } from '../../../pipeline/domain/labels/model-diff.ts';
import type { Review } from '../../../pipeline/domain/labels/review.ts';
import { DrawnBox } from '../../../schemas/label-drawn.ts';
import type { DetectorScores, DrawnScores } from '../../../schemas/scores.ts';
import {
  Box,
  type Cause,
  ClassLabel,
  ClipId,
  FrameIndex,
  type RecordedAt,
  TookMs,
  TrackId,
} from '../../../schemas/terms.ts';

const closed = { additionalProperties: false } as const;

/** Told by the page, so that a request which is sent again, because its answer was lost, is done once. */
const RequestId = Type.String({
  pattern: '^[0-9a-zA-Z-]{8,64}$',
  description: 'The same when it is sent again',
});

/**
 * A person's milliseconds since their decision before this one, or since the room was opened, pauses left out; and the key
 * that decided. Together they are the time that review took.
 */
const Timed = {
  id: Type.Optional(RequestId),
  tookMs: Type.Optional(TookMs),
  key: Type.Optional(Type.String({ maxLength: 32, description: 'The key or gesture' })),
};

export interface ApiError {
  /** For a person: what was found and what was expected. */
  readonly error: string;
}

/** Who works here: asked once, kept in the browser. */
export interface Session {
  readonly user: string | null;
  readonly version: string;
  /** Classes by number key: those drawn so far, in the order in which they came. */
  readonly classes: readonly string[];
  /** The job's name: its folder's. */
  readonly project: string;
}
export const SessionChange = Type.Object({ user: Type.String({ minLength: 1, maxLength: 64 }) }, closed);
export type SessionChange = Static<typeof SessionChange>;

/** What changed, so that the page asks for it again; `at` counts up, so that a page that was away knows what it missed. */
export type LiveEvent =
  | { readonly at: number; readonly kind: 'clip'; readonly clip: ClipView }
  | {
      readonly at: number;
      readonly kind: 'tracks';
      readonly clip: string;
      /** Rows that these take the place of; those that are gone among them. */
      readonly of: readonly number[];
      readonly tracks: readonly TrackSummary[];
    }
  | {
      readonly at: number;
      readonly kind: 'labels';
      readonly clip: string;
      readonly tracks: readonly TrackView[];
      readonly by: string;
    }
  | { readonly at: number; readonly kind: 'drawn'; readonly frame: DrawnFrame }
  | { readonly at: number; readonly kind: 'proposals'; readonly proposals: readonly FrameProposal[] }
  | { readonly at: number; readonly kind: 'job'; readonly job: JobView }
  | { readonly at: number; readonly kind: 'models'; readonly models: readonly ModelView[] }
  | { readonly at: number; readonly kind: 'progress'; readonly progress: Progress }
  /** The bus is away or back; the page keeps what was done and sends it again. */
  | { readonly at: number; readonly kind: 'bus'; readonly up: boolean };

/** `found`: nobody has asked for it to be labelled; `arrived`: it waits for its turn. */
export type ClipState = 'found' | 'arrived' | 'tracking' | 'tracked' | 'failed';

export interface ClipView {
  readonly clip: string;
  readonly camera: string;
  /** As its user knows it. */
  readonly file: string;
  readonly state: ClipState;
  /** Why it failed, or what the file announced and did not hold. */
  readonly reason: string | null;
  /** Null until it is known; exact once decoded. */
  readonly frames: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly fps: number | null;
  readonly recordedAt: RecordedAt | null;
  /** Labelled frames so far, while it is being tracked. */
  readonly done: number;
  readonly labels: Readonly<Record<'pending' | 'accepted' | 'rejected' | 'corrected', number>>;
  /** Frames that were drawn on. */
  readonly drawn: number;
}

export type { Cause, DrawnBox, LabelDoubt, Review };

export interface LabelView {
  readonly index: number;
  readonly box: Static<typeof Box>;
  readonly cause: Cause;
  readonly score: number | null;
  readonly risk: number;
  /** The strongest first. */
  readonly doubts: readonly LabelDoubt[];
  readonly review: Review;
  readonly by: string | null;
}

export interface TrackView {
  readonly clip: string;
  readonly track: number;
  readonly label: string;
  /** Grows with every decision on this track: a decision names the one it was made on. */
  readonly version: number;
  /**
   * Null: these are all labels of the track. Else only those of the frames from the first to the last, both included:
   * what the page has of them gives way to these.
   */
  readonly range: readonly [number, number] | null;
  readonly labels: readonly LabelView[];
}

/** A track without its labels: one row of the list. */
export interface TrackSummary {
  readonly clip: string;
  readonly camera: string;
  readonly track: number;
  readonly label: string;
  readonly first: number;
  readonly last: number;
  readonly version: number;
  readonly count: Readonly<Record<Review, number>>;
  readonly causes: Readonly<Partial<Record<Cause, number>>>;
  /** Highest risk in each of at most 64 stretches of the same length. */
  readonly risks: readonly number[];
  /** Median score of what was detected; null where nothing was. */
  readonly score: number | null;
  /** Frames to show as a film strip: at most 8, spread evenly, the most doubtful among them. */
  readonly strip: readonly { readonly index: number; readonly box: Static<typeof Box> }[];
  /** How much a person's second is worth here: the list's order, highest first. */
  readonly worth: number;
  /** Of its most doubtful label. */
  readonly doubts: readonly LabelDoubt[];
  readonly recordedAt: RecordedAt | null;
}

/** What was drawn by hand on one frame, all of it; no box: there is nothing here; null: it was taken away again. */
export interface DrawnFrame {
  readonly clip: string;
  readonly index: number;
  readonly boxes: readonly DrawnBox[] | null;
  readonly by: string;
  readonly at: string;
  /** Grows with every change of this frame. */
  readonly version: number;
}
export const Draw = Type.Object(
  {
    /** Null takes away what was drawn. */
    boxes: Type.Union([Type.Array(DrawnBox, { maxItems: 200 }), Type.Null()]),
    /** Of the frame as it was seen; 0 where nothing was drawn yet. */
    version: Type.Integer({ minimum: 0 }),
    ...Timed,
  },
  closed,
);
export type Draw = Static<typeof Draw>;

export interface FrameProposal {
  readonly clip: string;
  readonly index: number;
  readonly why: 'first' | 'light' | 'time' | 'place' | 'empty' | 'imported' | 'doubtful';
  /** Boxes to accept, where somebody else's labels or a model gave some. */
  readonly boxes: readonly {
    readonly box: Static<typeof Box>;
    readonly label: string;
    readonly score: number | null;
  }[];
}

export const Run = Type.Object(
  {
    clip: ClipId,
    track: TrackId,
    from: FrameIndex,
    to: Type.Integer({ minimum: 0 }),
    version: Type.Integer({ minimum: 0 }),
  },
  closed,
);
export type Run = Static<typeof Run>;

/** One key: everything in it is one action, and one undo. */
export const Decide = Type.Object(
  {
    decision: Type.Union([Type.Literal('accepted'), Type.Literal('rejected'), Type.Literal('corrected')]),
    runs: Type.Array(Run, { minItems: 1, maxItems: 10_000 }),
    /** The right box where it is corrected. */
    box: Type.Optional(Box),
    ...Timed,
  },
  closed,
);
export type Decide = Static<typeof Decide>;

/** Of `/undo` and `/redo`. */
export const Again = Type.Object({ id: Type.Optional(RequestId) }, closed);
export type Again = Static<typeof Again>;

/** What a track is, rather than what its boxes are worth. */
export const Edit = Type.Union([
  Type.Object({ kind: Type.Literal('class'), run: Run, label: ClassLabel, ...Timed }, closed),
  /** From `run.from` on it is another animal. */
  Type.Object({ kind: Type.Literal('split'), run: Run, ...Timed }, closed),
  /** Both are one animal; where both have a box, that of `run` stays. */
  Type.Object({ kind: Type.Literal('join'), run: Run, with: TrackId, ...Timed }, closed),
]);
export type Edit = Static<typeof Edit>;

export interface Decided {
  /** Null where nothing was left to do. */
  readonly action: string | null;
  /** Tracks as they stand now. */
  readonly tracks: readonly TrackView[];
}

/**
 * The tracker takes the box as an anchor and labels the clip anew from this frame, forward, backward or both. With
 * `track`: that track from here on; without: an animal that was missed.
 */
export const Follow = Type.Object(
  {
    clip: ClipId,
    index: FrameIndex,
    box: Box,
    label: ClassLabel,
    track: Type.Optional(TrackId),
    direction: Type.Union([Type.Literal('forward'), Type.Literal('backward'), Type.Literal('both')]),
    ...Timed,
  },
  closed,
);
export type Follow = Static<typeof Follow>;

/** `pre`: train on what was drawn; `annotate`: label clips; `method`: both, one after the other; `main`: train on all. */
export const Go = Type.Object(
  {
    step: Type.Union([
      Type.Literal('pre'),
      Type.Literal('annotate'),
      Type.Literal('method'),
      Type.Literal('main'),
    ]),
    /** All that wait where not given. */
    clips: Type.Optional(Type.Array(ClipId, { maxItems: 100_000 })),
  },
  closed,
);
export type Go = Static<typeof Go>;

export interface JobView {
  readonly job: string;
  readonly kind: 'dataset' | 'pre' | 'main' | 'annotate' | 'follow' | 'classifier' | 'explain' | 'diff';
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  /** 0..1; null where it is not known. */
  readonly share: number | null;
  readonly secondsLeft: number | null;
  readonly startedAt: string;
  /** In a line: epoch, frames/s, result or reason. */
  readonly line: string;
  /** By epoch, for the curve. */
  readonly history: readonly { readonly step: number; readonly loss: number; readonly ap50: number | null }[];
}

export interface ModelView {
  readonly model: string;
  readonly kind: 'detector' | 'classifier';
  readonly active: boolean;
  readonly trainedAt: string;
  readonly name: string;
  readonly classes: readonly string[];
  readonly pictures: number | null;
  readonly scores: DetectorScores | null;
  /** On pictures that were drawn by hand and held out, with what chance makes of so few. */
  readonly drawn: DrawnScores | null;
  /** Why it became the active one, or did not; absent where nobody wrote it down. */
  readonly why?: string;
  /** Its worst mistakes on held-out pictures that were drawn by hand; absent where they were not looked for. */
  readonly mistakes?: readonly {
    readonly clip: string;
    readonly index: number;
    readonly kind: 'missed' | 'invented' | 'misplaced';
    readonly box: Static<typeof Box>;
  }[];
}

export type { LabelChange };

/** `looking`: a detector is at work, whoever waits for it; a job of kind `diff` says how far it is. */
export type ModelDiff =
  | { readonly state: 'looking' }
  | {
      readonly state: 'done';
      /** Frames that were looked at, of all frames of the labelled clips; and those that could not be. */
      readonly looked: number;
      readonly frames: number;
      readonly missing: number;
      /** The clearest first. */
      readonly changes: readonly LabelChange[];
    };

export interface Why {
  /** Path of the figure under `/api`. */
  readonly figure: string;
  readonly evidence: string;
  /** Whether to trust the map, in a sentence. */
  readonly says: string;
}

/** A sample that nobody chose: is this label right; is an animal in this frame that has no label. */
export interface AuditTask {
  readonly task: string;
  readonly clip: string;
  readonly index: number;
  /** Null: a frame without labels. */
  readonly track: number | null;
  readonly box: Static<typeof Box> | null;
}
export const AuditAnswer = Type.Object(
  { task: Type.String({ minLength: 1, maxLength: 128 }), right: Type.Boolean(), ...Timed },
  closed,
);
export type AuditAnswer = Static<typeof AuditAnswer>;

export interface Progress {
  /** Frames drawn on, and how many are worth it. */
  readonly drawn: number;
  readonly worthDrawing: number;
  readonly labels: Readonly<Record<Review, number>>;
  /** Of the last ten minutes in which anything was decided; null where nothing was. */
  readonly labelsPerMinute: number | null;
  readonly secondsPerAccepted: number | null;
  /** Share with its 95 % interval; null until enough was asked. */
  readonly wrongLabels: {
    readonly share: number;
    readonly low: number;
    readonly high: number;
    readonly asked: number;
  } | null;
  readonly missedAnimals: {
    readonly share: number;
    readonly low: number;
    readonly high: number;
    readonly asked: number;
  } | null;
  /** Planted wrong boxes, of which how many were noticed. */
  readonly planted: { readonly shown: number; readonly noticed: number };
}

/** An animal's, or a group's, visit to a camera. */
export interface StayView {
  readonly camera: string;
  readonly species: string;
  /** Of its first and last detection, milliseconds since 1970, UTC. */
  readonly first: number;
  readonly last: number;
  /** The most animals that were seen at once. */
  readonly count: number;
  /** Where it is to be seen first. */
  readonly clip: string;
  readonly index: number;
}
