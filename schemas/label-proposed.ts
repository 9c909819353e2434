import Type from 'typebox';
import { type Body, message } from './message.ts';
import { Box, ClassLabel, ClipId, FrameIndex } from './terms.ts';

/** Nobody has looked at them: they are no labels until a person accepts them. The last message of a frame counts. */
export const LabelProposed = message({
  type: 'shika.label.proposed.v1',
  summary: 'Boxes of another tool on a frame, for a person to accept',
  stream: 'LABELS',
  subject: 'label.proposed.{clip}.{index}',
  body: 'json',
  schema: Type.Object(
    {
      clip: ClipId,
      index: FrameIndex,
      boxes: Type.Array(
        Type.Object(
          {
            box: Box,
            label: ClassLabel,
            score: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
              description: 'How sure the tool was; null where it does not say',
            }),
          },
          { additionalProperties: false },
        ),
        { maxItems: 200 },
      ),
      format: Type.String({ minLength: 1, maxLength: 32, description: 'Of the file, as `import` calls it' }),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: {
      clip: '0123456789abcdef',
      index: 7,
      boxes: [{ box: [407, 62, 165, 217], label: 'animal', score: 0.93 }],
      format: 'megadetector',
    },
    invalid: {
      'surer than sure': {
        clip: '0123456789abcdef',
        index: 7,
        boxes: [{ box: [407, 62, 165, 217], label: 'animal', score: 93 }],
        format: 'megadetector',
      },
      'no class': {
        clip: '0123456789abcdef',
        index: 7,
        boxes: [{ box: [407, 62, 165, 217], score: null }],
        format: 'csv',
      },
    },
  },
});
export type LabelProposed = Body<typeof LabelProposed>;
