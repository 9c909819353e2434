import Type from 'typebox';
import { type Body, message } from './message.ts';
import { ClipId, FrameIndex, JobId } from './terms.ts';

/** Answered by the pictures themselves, in IMAGES; by a `failed` in PROGRESS of the job where one of them can't be had. */
export const StillsJob = message({
  type: 'shika.job.stills.v1',
  summary: 'Decode single frames of a clip, for a person to look at or an animal to be followed in',
  stream: 'JOBS',
  subject: 'job.stills.{clip}',
  body: 'json',
  schema: Type.Object(
    {
      /** The job that waits for them, and has failed where they can't be had. */
      job: JobId,
      /** `stills`: somebody looks at them. */
      kind: Type.Union([Type.Literal('stills'), Type.Literal('follow')]),
      clip: ClipId,
      file: Type.String({ minLength: 1, description: 'The clip’s name, as its user knows it' }),
      source: Type.String({ minLength: 1, description: 'Path that the decoder opens' }),
      indices: Type.Array(FrameIndex, { minItems: 1, maxItems: 1024 }),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: {
      job: 'stills-1',
      kind: 'stills',
      clip: '0123456789abcdef',
      file: 'deer.mp4',
      source: '/clips/deer.mp4',
      indices: [0, 7, 25],
    },
    invalid: {
      'no frame': {
        job: 'stills-1',
        kind: 'stills',
        clip: '0123456789abcdef',
        file: 'deer.mp4',
        source: '/clips/deer.mp4',
        indices: [],
      },
      'frame below zero': {
        job: 'stills-1',
        kind: 'stills',
        clip: '0123456789abcdef',
        file: 'a.mp4',
        source: '/a.mp4',
        indices: [-1],
      },
    },
  },
});
export type StillsJob = Body<typeof StillsJob>;
