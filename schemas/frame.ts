import Type from 'typebox';
import { type Body, message } from './message.ts';
import { CameraId, ClipId, FrameIndex, Seconds } from './terms.ts';

/** A decoded frame by value. One that was skipped has an empty body and says why. */
export const Frame = message({
  type: 'shika.frame.v1',
  summary: 'One decoded frame: a JPEG; empty where the frame was skipped',
  stream: 'FRAMES',
  subject: 'frame.{camera}.{clip}.{index}',
  once: true,
  body: 'jpeg',
  schema: Type.Object(
    {
      clip: ClipId,
      camera: CameraId,
      index: FrameIndex,
      pts: Seconds,
      width: Type.Integer({ minimum: 1 }),
      height: Type.Integer({ minimum: 1 }),
      skipped: Type.Optional(Type.String({ minLength: 1, description: 'Why nobody will look at it' })),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: { clip: '0123456789abcdef', camera: 'north-gate', index: 7, pts: 0.292, width: 640, height: 360 },
    invalid: {
      'index is negative': { clip: '0123456789abcdef', camera: 'a', index: -1, pts: 0, width: 1, height: 1 },
      'no size': { clip: '0123456789abcdef', camera: 'a', index: 0, pts: 0 },
      'skipped without a reason': {
        clip: '0123456789abcdef',
        camera: 'a',
        index: 0,
        pts: 0,
        width: 1,
        height: 1,
        skipped: '',
      },
    },
  },
});
export type Frame = Body<typeof Frame>;
