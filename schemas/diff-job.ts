/** What another model sees where labels stand: asked of a detector, whichever model is active. */
import Type, { type Static } from 'typebox';
import { Found } from './boxes.ts';
import { type Body, message } from './message.ts';
import { Box, ClipId, FrameIndex, JobId, ModelId } from './terms.ts';

/** Frames of one job: some minutes of work at most, and an answer that fits in a message. */
export const MOST_DIFF_FRAMES = 160;
/** Regions of one frame. */
export const MOST_DIFF_REGIONS = 9;

/** How many frames were looked at. */
export const DiffProgress = Type.Object(
  { done: Type.Integer({ minimum: 0 }), total: Type.Integer({ minimum: 1 }) },
  { additionalProperties: false },
);
export type DiffProgress = Static<typeof DiffProgress>;

export const DiffResult = Type.Object(
  {
    found: Type.Array(Type.Union([Type.Array(Type.Array(Found)), Type.Null()]), {
      description:
        'One a frame, in order: what was found in each region, best first; null where it can’t be looked at',
    }),
  },
  { additionalProperties: false },
);
export type DiffResult = Static<typeof DiffResult>;

/** A frame of IMAGES, and where in it the model looks. */
export const DiffFrame = Type.Object(
  {
    clip: ClipId,
    index: FrameIndex,
    regions: Type.Array(Box, { minItems: 1, maxItems: MOST_DIFF_REGIONS }),
  },
  { additionalProperties: false },
);
export type DiffFrame = Static<typeof DiffFrame>;

export const DiffJob = message({
  type: 'shika.job.diff.v1',
  summary: 'Look at these kept frames with this model, to tell what it would change in the labels',
  stream: 'JOBS',
  subject: 'job.diff.{job}',
  body: 'json',
  schema: Type.Object(
    {
      job: JobId,
      kind: Type.Literal('diff'),
      model: ModelId,
      frames: Type.Array(DiffFrame, { minItems: 1, maxItems: MOST_DIFF_FRAMES }),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: {
      job: 'diff-1',
      kind: 'diff',
      model: 'fedcba9876543210',
      frames: [
        {
          clip: '0123456789abcdef',
          index: 7,
          regions: [
            [224, 0, 416, 360],
            [0, 0, 640, 360],
          ],
        },
      ],
    },
    invalid: {
      'no model': {
        job: 'diff-1',
        kind: 'diff',
        frames: [{ clip: '0123456789abcdef', index: 7, regions: [[224, 0, 416, 360]] }],
      },
      'no frames': { job: 'diff-1', kind: 'diff', model: 'fedcba9876543210', frames: [] },
      'a frame without regions': {
        job: 'diff-1',
        kind: 'diff',
        model: 'fedcba9876543210',
        frames: [{ clip: '0123456789abcdef', index: 7, regions: [] }],
      },
    },
  },
});
export type DiffJob = Body<typeof DiffJob>;
