/** The terms that every message shares: identity, geometry, cause. */
import Type, { type Static } from 'typebox';

/** First 16 hex digits of the file's SHA-256: a clip that arrives twice is one clip. */
export const ClipId = Type.String({
  pattern: '^[0-9a-f]{16}$',
  description: 'First 16 hex digits of the file’s SHA-256',
});
export type ClipId = Static<typeof ClipId>;

/** One subject token. */
export const CameraId = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,64}$',
  description: 'The camera’s name, one subject token',
});

/** Tells the decodings of one clip apart. */
export const Restart = Type.Integer({
  minimum: 0,
  description:
    'Which decoding of the clip: 0 for the first, else the number of the restart, or of the job, that asked for it',
});

/** 0-based, in decode order, dense. */
export const FrameIndex = Type.Integer({ minimum: 0, description: '0-based, in decode order, dense' });

/** When the first frame was recorded, and how that is known: `file` is the file's own time, the least sure. */
export const RecordedAt = Type.Object(
  {
    time: Type.String({
      pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{3})?(Z|[+-]\\d\\d:\\d\\d)$',
      description: 'ISO 8601 with its zone; the camera’s offset is applied',
    }),
    source: Type.Union(
      [Type.Literal('container'), Type.Literal('exif'), Type.Literal('name'), Type.Literal('file')],
      { description: 'Where the time comes from' },
    ),
  },
  { additionalProperties: false, description: 'When the first frame was recorded' },
);
export type RecordedAt = Static<typeof RecordedAt>;

/** Frames in order as runs `[first, last, step]`: every second frame of an hour is one run. */
export const FrameRuns = Type.Array(Type.Tuple([FrameIndex, FrameIndex, Type.Integer({ minimum: 1 })]), {
  description: 'Frames in order, as runs [first, last, step]',
});
export type FrameRuns = Static<typeof FrameRuns>;

export const Seconds = Type.Number({ minimum: 0, description: 'Seconds' });

export const Box = Type.Tuple(
  [Type.Number(), Type.Number(), Type.Number({ exclusiveMinimum: 0 }), Type.Number({ exclusiveMinimum: 0 })],
  { description: '[x, y, w, h] in source-frame pixels, origin top left' },
);

export const ClassLabel = Type.String({ minLength: 1, maxLength: 64, description: 'Class of the animal' });

/** 1, 2, … within a clip. */
export const TrackId = Type.Integer({ minimum: 1, description: '1, 2, … within a clip' });

/** A track, and the first and the last frame on which it has a label. */
export const TrackSpan = Type.Object(
  { track: TrackId, label: ClassLabel, first: FrameIndex, last: FrameIndex },
  { additionalProperties: false },
);

export const Score = Type.Number({ minimum: 0, maximum: 1 });

/**
 * Why a label is there: drawn by hand, found by the detector, followed by its looks, interpolated between sure boxes
 * before and behind, moved by the difference, or held in place.
 */
export const Cause = Type.Union(
  [
    Type.Literal('hand'),
    Type.Literal('detected'),
    Type.Literal('followed'),
    Type.Literal('interpolated'),
    Type.Literal('moved'),
    Type.Literal('held'),
  ],
  { description: 'Why the label is there' },
);
export type Cause = Static<typeof Cause>;

/**
 * Why a label is doubted that its cause and score would let pass. `unchanged`: it says that the animal moved where no
 * pixel changed. `stone`: its track never moved, on pixels that never changed. `unsteady`: the light or the camera
 * changed in this frame.
 */
export const Doubt = Type.Union(
  [Type.Literal('unchanged'), Type.Literal('stone'), Type.Literal('unsteady')],
  { description: 'Why the label is doubted' },
);
export type Doubt = Static<typeof Doubt>;

/** What changed a clip's whole picture, and when. */
export const SceneEvent = Type.Object(
  {
    kind: Type.Union(
      [
        Type.Literal('infrared-switch'),
        Type.Literal('exposure'),
        Type.Literal('codec-pop'),
        Type.Literal('knock'),
        Type.Literal('pan'),
        Type.Literal('cut'),
        Type.Literal('wind'),
      ],
      { description: 'What it was, as far as pixels tell' },
    ),
    first: FrameIndex,
    last: FrameIndex,
  },
  { additionalProperties: false, description: 'What changed the whole picture' },
);
export type SceneEvent = Static<typeof SceneEvent>;

/** First 16 hex digits of the SHA-256 of what a model consists of. */
export const ModelId = Type.String({ pattern: '^[0-9a-f]{16}$', description: 'Digest of the model’s files' });

/** First 16 hex digits of the SHA-256 of a file of weights that somebody brought. */
export const WeightsId = Type.String({
  pattern: '^[0-9a-f]{16}$',
  description: 'Digest of the weights’ files',
});

export const ModelKind = Type.Union([Type.Literal('detector'), Type.Literal('classifier')]);
export type ModelKind = Static<typeof ModelKind>;

/** A name for a job, unique among jobs. */
export const JobId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' });

/**
 * For every clip: decoded = labelled + empty + skipped + dead. `labelled` frames have a box of some track,
 * `empty` ones have none: nothing was found where anything was followed or looked for.
 */
export const Ledger = Type.Object(
  {
    decoded: Type.Integer({ minimum: 0 }),
    labelled: Type.Integer({ minimum: 0 }),
    empty: Type.Integer({ minimum: 0 }),
    skipped: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
      description: 'Frames that nobody looked at, counted by reason',
    }),
    dead: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false },
);
export type Ledger = Static<typeof Ledger>;

/** What the ledger accounts for; equal to `decoded` when it adds up. */
export function accountedFor({ labelled, empty, skipped, dead }: Ledger): number {
  return labelled + empty + dead + Object.values(skipped).reduce((sum, count) => sum + count, 0);
}

/** What the file announced or held and did not give: beside the ledger, which accounts for what it gave. */
export const Damage = Type.Object(
  {
    missingFrames: Type.Integer({
      minimum: 0,
      description: 'Frames that the file announced and that never came',
    }),
    lostPackets: Type.Integer({ minimum: 0, description: 'Packets that gave no frame' }),
    damagedFrames: Type.Integer({ minimum: 0, description: 'Frames of which parts were guessed' }),
    what: Type.String({ minLength: 1, description: 'The same in a sentence' }),
  },
  { additionalProperties: false, description: 'What is wrong with the file; absent where nothing is' },
);
export type Damage = Static<typeof Damage>;

export const Causes = Type.Object(
  {
    hand: Type.Integer({ minimum: 0 }),
    detected: Type.Integer({ minimum: 0 }),
    followed: Type.Optional(Type.Integer({ minimum: 0, description: 'Not said by earlier versions' })),
    interpolated: Type.Optional(Type.Integer({ minimum: 0, description: 'Not said by earlier versions' })),
    moved: Type.Integer({ minimum: 0 }),
    held: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false, description: 'Labels by cause' },
);
export type Causes = Static<typeof Causes>;

/** No label yet, of any cause. */
export function noCauses(): Required<Causes> {
  return { hand: 0, detected: 0, followed: 0, interpolated: 0, moved: 0, held: 0 };
}

/** What a person did in one go: one undo takes all of it back. */
export const ActionId = Type.String({ minLength: 1, maxLength: 128, description: 'What was done in one go' });

export const Reviewer = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'Who decided; "auto" for automatic review',
});

export const DecidedAt = Type.String({
  pattern: '^\\d{4}-\\d\\d-\\d\\dT',
  description: 'When, ISO 8601',
});

export const TookMs = Type.Integer({
  minimum: 0,
  maximum: 3_600_000,
  description: 'Of the person, since their decision before this one or since it was shown; ms',
});
