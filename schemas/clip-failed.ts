import Type from 'typebox';
import { type Body, message } from './message.ts';
import { CameraId, ClipId } from './terms.ts';

export const ClipFailed = message({
  type: 'shika.clip.failed.v1',
  summary: 'The clip could not be finished; its message is in DEAD',
  stream: 'CLIPS',
  subject: 'clip.failed.{camera}.{clip}',
  body: 'json',
  schema: Type.Object(
    {
      clip: ClipId,
      camera: CameraId,
      file: Type.String({ minLength: 1 }),
      stage: Type.String({ minLength: 1, description: 'The stage that gave up' }),
      reason: Type.String({ minLength: 1, description: 'What was found and what was expected' }),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: {
      clip: '0123456789abcdef',
      camera: 'north-gate',
      file: 'broken.mp4',
      stage: 'decoder',
      reason: 'broken.mp4: no video stream; found 0 streams; expected one',
    },
    invalid: {
      'no reason': { clip: '0123456789abcdef', camera: 'a', file: 'b.mp4', stage: 'decoder' },
      'empty reason': { clip: '0123456789abcdef', camera: 'a', file: 'b.mp4', stage: 'decoder', reason: '' },
    },
  },
});
export type ClipFailed = Body<typeof ClipFailed>;
