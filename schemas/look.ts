import Type from 'typebox';
import { type Body, message } from './message.ts';
import { Box, ClipId, FrameIndex, Restart } from './terms.ts';

export const Look = message({
  type: 'shika.look.v1',
  summary: 'In this frame, look at these regions',
  stream: 'LOOKS',
  subject: 'look.{clip}.{index}',
  body: 'json',
  schema: Type.Object(
    {
      clip: ClipId,
      index: FrameIndex,
      frame: Type.String({
        pattern: '^(frame\\.[A-Za-z0-9_-]{1,64}|image)\\.[0-9a-f]{16}\\.[0-9]{1,10}$',
        description: 'Subject of the picture, of this clip and index: a frame, or an image that is kept',
      }),
      regions: Type.Array(Box, { minItems: 1, maxItems: 64, description: 'Search regions in the frame' }),
      restart: Type.Optional(Restart),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: {
      clip: '0123456789abcdef',
      index: 7,
      frame: 'frame.north-gate.0123456789abcdef.7',
      regions: [[224, 0, 416, 360]],
    },
    invalid: {
      'no regions': { clip: '0123456789abcdef', index: 7, frame: 'frame.a.0123456789abcdef.7', regions: [] },
      'frame is no frame subject': {
        clip: '0123456789abcdef',
        index: 7,
        frame: 'look.a.b',
        regions: [[0, 0, 1, 1]],
      },
      'frame is every frame': {
        clip: '0123456789abcdef',
        index: 7,
        frame: 'frame.>',
        regions: [[0, 0, 1, 1]],
      },
      'frame is longer than a subject may be': {
        clip: '0123456789abcdef',
        index: 7,
        frame: `frame.${'a'.repeat(5_000)}.0123456789abcdef.7`,
        regions: [[0, 0, 1, 1]],
      },
      'region has three numbers': {
        clip: '0123456789abcdef',
        index: 7,
        frame: 'frame.a.0123456789abcdef.7',
        regions: [[0, 0, 1]],
      },
    },
  },
});
export type Look = Body<typeof Look>;
