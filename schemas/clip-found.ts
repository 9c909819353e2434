import Type from 'typebox';
import { type Body, message } from './message.ts';
import { CameraId, ClipId, RecordedAt } from './terms.ts';

/** What {@link ClipArrived} says, before anybody asked for labels: a person draws on it first. */
export const ClipFound = message({
  type: 'shika.clip.found.v1',
  summary: 'A clip is there; a person decides when it is labelled',
  stream: 'CLIPS',
  subject: 'clip.found.{camera}.{clip}',
  once: true,
  body: 'json',
  schema: Type.Object(
    {
      clip: ClipId,
      camera: CameraId,
      file: Type.String({ minLength: 1, description: 'The clip’s name, as its user knows it' }),
      source: Type.String({ minLength: 1, description: 'Path that the decoder opens' }),
      recordedAt: Type.Optional(RecordedAt),
      frames: Type.Integer({ minimum: 0, description: 'As the file announces them; 0 where it does not' }),
      width: Type.Integer({ minimum: 1, description: 'Pixels, after rotation' }),
      height: Type.Integer({ minimum: 1, description: 'Pixels, after rotation' }),
      fps: Type.Number({ minimum: 0, description: '0 where the file does not say' }),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: {
      clip: '0123456789abcdef',
      camera: 'north-gate',
      file: 'deer.mp4',
      source: '/clips/deer.mp4',
      recordedAt: { time: '2024-05-12T06:30:15.000+09:00', source: 'container' },
      frames: 402,
      width: 640,
      height: 360,
      fps: 23.976,
    },
    invalid: {
      'no size': {
        clip: '0123456789abcdef',
        camera: 'a',
        file: 'deer.mp4',
        source: '/deer.mp4',
        frames: 402,
        fps: 24,
      },
      'clip is no digest': {
        clip: 'deer',
        camera: 'a',
        file: 'deer.mp4',
        source: '/deer.mp4',
        frames: 402,
        width: 640,
        height: 360,
        fps: 24,
      },
    },
  },
});
export type ClipFound = Body<typeof ClipFound>;
