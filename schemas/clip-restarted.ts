import Type from 'typebox';
import { type Body, message } from './message.ts';
import { CameraId, ClipId, Restart } from './terms.ts';

export const ClipRestarted = message({
  type: 'shika.clip.restarted.v1',
  summary: 'The clip is tracked from its start again: its frames are to be decoded anew',
  stream: 'CLIPS',
  subject: 'clip.restarted.{camera}.{clip}',
  body: 'json',
  schema: Type.Object(
    {
      clip: ClipId,
      camera: CameraId,
      file: Type.String({ minLength: 1, description: 'The clip’s name, as its user knows it' }),
      source: Type.String({ minLength: 1, description: 'Path or stream address that the decoder opens' }),
      restart: Restart,
      reason: Type.String({ minLength: 1, description: 'Why it could not go on from where it was' }),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: {
      clip: '0123456789abcdef',
      camera: 'north-gate',
      file: 'deer.mp4',
      source: '/clips/deer.mp4',
      restart: 41,
      reason: 'version is missing',
    },
    invalid: {
      'no restart': {
        clip: '0123456789abcdef',
        camera: 'a',
        file: 'deer.mp4',
        source: '/deer.mp4',
        reason: 'version is missing',
      },
      'restart below zero': {
        clip: '0123456789abcdef',
        camera: 'a',
        file: 'deer.mp4',
        source: '/deer.mp4',
        restart: -1,
        reason: 'version is missing',
      },
    },
  },
});
export type ClipRestarted = Body<typeof ClipRestarted>;
