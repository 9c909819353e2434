import Type from 'typebox';
import { type Body, message } from './message.ts';
import { CameraId, ClipId, Damage, Restart } from './terms.ts';

export const ClipDecoded = message({
  type: 'shika.clip.decoded.v2',
  summary: 'Every frame of the clip is on the bus',
  stream: 'CLIPS',
  subject: 'clip.decoded.{camera}.{clip}',
  body: 'json',
  schema: Type.Object(
    {
      clip: ClipId,
      camera: CameraId,
      frames: Type.Integer({ minimum: 1, description: 'Frames decoded, the skipped ones included' }),
      width: Type.Integer({ minimum: 1, description: 'Pixels, after rotation' }),
      height: Type.Integer({ minimum: 1, description: 'Pixels, after rotation' }),
      fps: Type.Number({ exclusiveMinimum: 0 }),
      damage: Type.Optional(Damage),
      restart: Type.Optional(Restart),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: {
      clip: '0123456789abcdef',
      camera: 'north-gate',
      frames: 402,
      width: 640,
      height: 360,
      fps: 23.976,
      damage: {
        missingFrames: 20,
        lostPackets: 0,
        damagedFrames: 1,
        what: 'cut off: 382 of 402 frames are there',
      },
    },
    invalid: {
      'no frames': {
        clip: '0123456789abcdef',
        camera: 'a',
        frames: 0,
        width: 640,
        height: 360,
        fps: 24,
      },
      'frames is text': {
        clip: '0123456789abcdef',
        camera: 'a',
        frames: '402',
        width: 640,
        height: 360,
        fps: 24,
      },
      'unknown key': {
        clip: '0123456789abcdef',
        camera: 'a',
        frames: 1,
        width: 1,
        height: 1,
        fps: 1,
        sound: true,
      },
    },
  },
});
export type ClipDecoded = Body<typeof ClipDecoded>;
