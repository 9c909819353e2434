import Type from 'typebox';
import { type Body, message } from './message.ts';
import { ClipId, FrameIndex, Seconds } from './terms.ts';

/** A still drawn on by hand is a clip of one frame: its file's digest and index 0. */
export const Image = message({
  type: 'shika.image.v1',
  summary: 'A labelled picture, kept for review and as the dataset’s: a JPEG',
  stream: 'IMAGES',
  subject: 'image.{clip}.{index}',
  once: true,
  body: 'jpeg',
  schema: Type.Object(
    {
      clip: ClipId,
      index: FrameIndex,
      width: Type.Integer({ minimum: 1 }),
      height: Type.Integer({ minimum: 1 }),
      /** In its clip; not said by earlier versions. */
      pts: Type.Optional(Seconds),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: { clip: '0123456789abcdef', index: 7, width: 640, height: 360, pts: 0.292 },
    invalid: {
      'no width': { clip: '0123456789abcdef', index: 7, height: 360 },
      'clip is a name': { clip: 'deer.mp4', index: 7, width: 640, height: 360 },
    },
  },
});
export type Image = Body<typeof Image>;
