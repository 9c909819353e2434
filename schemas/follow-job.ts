import Type, { type Static } from 'typebox';
import { type Body, message } from './message.ts';
import {
  Box,
  CameraId,
  ClassLabel,
  ClipId,
  DecidedAt,
  FrameIndex,
  JobId,
  Reviewer,
  TrackId,
} from './terms.ts';

const closed = { additionalProperties: false } as const;

/** Frames that were gone through. */
export const FollowProgress = Type.Object(
  { done: Type.Integer({ minimum: 0 }), total: Type.Integer({ minimum: 1 }) },
  closed,
);
export type FollowProgress = Static<typeof FollowProgress>;

export const FollowResult = Type.Object(
  {
    animal: TrackId,
    labels: Type.Integer({ minimum: 0, description: 'New labels that stand' }),
    kept: Type.Integer({ minimum: 0, description: 'Frames on which a person’s decision was left as it was' }),
    first: Type.Integer({ minimum: 0, description: 'First frame in which the animal was found' }),
    last: Type.Integer({ minimum: 0, description: 'Last one' }),
  },
  closed,
);
export type FollowResult = Static<typeof FollowResult>;

/**
 * The job's name is the action that asked for it in LABELS (`asked`): its labels stand as long as that action does.
 */
export const FollowJob = message({
  type: 'shika.job.follow.v1',
  summary: 'Follow an animal anew through a tracked clip, from a box that a person drew',
  stream: 'JOBS',
  subject: 'job.follow.{job}',
  body: 'json',
  schema: Type.Object(
    {
      job: JobId,
      kind: Type.Literal('follow'),
      clip: ClipId,
      camera: CameraId,
      file: Type.String({ minLength: 1, description: 'The clip’s name, as its user knows it' }),
      source: Type.String({ minLength: 1, description: 'Path that the decoder opens' }),
      index: FrameIndex,
      box: Box,
      label: ClassLabel,
      track: Type.Integer({ minimum: 1, description: 'Track under which the new labels come' }),
      animal: Type.Integer({
        minimum: 1,
        description: 'Whose labels give way; the same as `track` where the animal was missed',
      }),
      direction: Type.Enum(['forward', 'backward', 'both']),
      by: Reviewer,
      at: DecidedAt,
    },
    closed,
  ),
  examples: {
    valid: {
      job: '3f0d4ee2-9a5e-4a57-8f0c-2b3c9d1f7a10',
      kind: 'follow',
      clip: '0123456789abcdef',
      camera: 'north-gate',
      file: 'deer.mp4',
      source: '/clips/deer.mp4',
      index: 57,
      box: [409, 63, 164, 216],
      label: 'deer',
      track: 4,
      animal: 1,
      direction: 'forward',
      by: 'mika',
      at: '2026-11-01T09:00:00.000Z',
    },
    invalid: {
      'unknown direction': {
        job: 'a',
        kind: 'follow',
        clip: '0123456789abcdef',
        camera: 'a',
        file: 'd.mp4',
        source: '/d.mp4',
        index: 57,
        box: [0, 0, 1, 1],
        label: 'deer',
        track: 4,
        animal: 1,
        direction: 'up',
        by: 'mika',
        at: '2026-11-01T09:00:00.000Z',
      },
      'box has no width': {
        job: 'a',
        kind: 'follow',
        clip: '0123456789abcdef',
        camera: 'a',
        file: 'd.mp4',
        source: '/d.mp4',
        index: 57,
        box: [0, 0, 0, 1],
        label: 'deer',
        track: 4,
        animal: 1,
        direction: 'forward',
        by: 'mika',
        at: '2026-11-01T09:00:00.000Z',
      },
    },
  },
});
export type FollowJob = Body<typeof FollowJob>;
