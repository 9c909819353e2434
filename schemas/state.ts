/**
 * What the KV bucket `state` holds. Each value has the version of its schema: a change that makes stored values mean
 * something else counts it up, so that they are refused and not misread.
 */
import Type, { type Static } from 'typebox';
import {
  Box,
  Cause,
  Causes,
  ClassLabel,
  Doubt,
  FrameIndex,
  FrameRuns,
  JobId,
  Ledger,
  ModelId,
  type ModelKind,
  Restart,
  Score,
  Seconds,
  TrackId,
  TrackSpan,
} from './terms.ts';

/** A frame of the tracker's window: its labels wait for what later frames say. */
const WindowFrame = Type.Object(
  {
    index: FrameIndex,
    pts: Seconds,
    width: Type.Integer({ minimum: 1 }),
    height: Type.Integer({ minimum: 1 }),
    isLookedAt: Type.Boolean({ description: 'False where it was skipped, or could not be looked at' }),
    labels: Type.Array(
      Type.Object(
        {
          track: TrackId,
          box: Box,
          label: ClassLabel,
          cause: Cause,
          score: Type.Union([Score, Type.Null()]),
          likeness: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
          doubts: Type.Optional(Type.Array(Doubt, { minItems: 1 })),
          model: Type.Union([ModelId, Type.Null()]),
          region: Type.Union([Box, Type.Null()]),
          isPart: Type.Optional(Type.Literal(true, { description: 'The detector saw a part of the animal' })),
          settled: Type.Boolean({ description: 'Nothing later changes it' }),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

const place = Type.Object({ frame: FrameIndex, box: Box }, { additionalProperties: false });

/** Where a track was surely, and how far it was followed from there. */
const Anchorage = Type.Object({ track: TrackId, sure: place, at: place }, { additionalProperties: false });

/**
 * A tracker's place in a clip: key `checkpoint.<clip>`. The decoder reads `next` to stay near the tracker, and `restart`
 * to know whether its frames are still the ones that are waited for.
 */
export const TrackerCheckpoint = Type.Object(
  {
    version: Type.Literal(3),
    restart: Restart,
    next: Type.Integer({ minimum: 0, description: 'First frame that is not decided' }),
    previous: Type.Integer({ minimum: -1, description: 'Last frame that was looked at; -1: none yet' }),
    tracks: Type.Array(
      Type.Object(
        {
          track: TrackId,
          label: ClassLabel,
          box: Box,
          region: Box,
          missed: Type.Integer({ minimum: 0, description: 'Frames in a row without a detection' }),
          first: FrameIndex,
          last: FrameIndex,
          ended: Type.Boolean(),
        },
        { additionalProperties: false },
      ),
    ),
    window: Type.Array(WindowFrame, {
      description: 'Frames that are decided and not published yet, in order',
    }),
    published: Type.Array(TrackSpan, { description: 'Tracks that have a published label' }),
    anchorages: Type.Array(Anchorage, { description: 'Where each track was surely' }),
    causes: Causes,
    ledger: Ledger,
    looked: Type.Optional(FrameRuns),
    width: Type.Integer({ minimum: 0, description: 'Pixels; 0 until the first frame came' }),
    height: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false },
);
export type TrackerCheckpoint = Static<typeof TrackerCheckpoint>;

/** The active model of a kind: key `active.<kind>`, set by compare-and-set. */
export const ActiveModel = Type.Object(
  { version: Type.Literal(1), model: ModelId, since: Type.String(), job: Type.String() },
  { additionalProperties: false },
);
export type ActiveModel = Static<typeof ActiveModel>;

/** The last job that was asked so: key `asked.<digest of what was asked>`. */
export const AskedJob = Type.Object(
  { version: Type.Literal(1), job: JobId, ended: Type.Boolean() },
  { additionalProperties: false },
);
export type AskedJob = Static<typeof AskedJob>;

/** The key of a clip's {@link TrackerCheckpoint}; of all clips' where none is given. */
export function checkpointKey(clip = '*'): string {
  return `checkpoint.${clip}`;
}

/** The key of a kind's {@link ActiveModel}; of all kinds' where none is given. */
export function activeModelKey(kind: ModelKind | '*' = '*'): string {
  return `active.${kind}`;
}

/** The key of an {@link AskedJob}; of all where no digest is given. */
export function askedKey(digest = '*'): string {
  return `asked.${digest}`;
}
