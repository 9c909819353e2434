import Type from 'typebox';
import { type Body, message } from './message.ts';
import { Box, ClassLabel, ClipId, FrameIndex, ModelId, Restart, Score } from './terms.ts';

/** What the detector saw in one region, best first. */
export const Found = Type.Object(
  { box: Box, score: Score, label: ClassLabel },
  { additionalProperties: false },
);

export const Boxes = message({
  type: 'shika.boxes.v1',
  summary: 'What was found in each region of a look, or why it could not be looked at',
  stream: 'BOXES',
  subject: 'box.{clip}.{index}',
  body: 'json',
  schema: Type.Object(
    {
      clip: ClipId,
      index: FrameIndex,
      restart: Type.Optional(Restart),
      regions: Type.Array(Box, { description: 'The look’s regions, as asked' }),
      found: Type.Array(Type.Array(Found), { description: 'One list a region, in the regions’ order' }),
      model: Type.Union([ModelId, Type.Null()]),
      failure: Type.Optional(
        Type.String({ minLength: 1, description: 'Why the frame could not be looked at' }),
      ),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: {
      clip: '0123456789abcdef',
      index: 7,
      regions: [[224, 0, 416, 360]],
      found: [[{ box: [407, 62, 165, 217], score: 0.91, label: 'deer' }]],
      model: 'fedcba9876543210',
    },
    invalid: {
      'score above one': {
        clip: '0123456789abcdef',
        index: 7,
        regions: [[0, 0, 1, 1]],
        found: [[{ box: [0, 0, 1, 1], score: 1.2, label: 'deer' }]],
        model: 'fedcba9876543210',
      },
      'found is not by region': {
        clip: '0123456789abcdef',
        index: 7,
        regions: [[0, 0, 1, 1]],
        found: [{ box: [0, 0, 1, 1], score: 0.2, label: 'deer' }],
        model: 'fedcba9876543210',
      },
      'no model': { clip: '0123456789abcdef', index: 7, regions: [], found: [] },
    },
  },
});
export type Boxes = Body<typeof Boxes>;
export type Found = Boxes['found'][number][number];
