/**
 * What a model is trained on: a manifest by reference to IMAGES; its object is named by its digest. A detector learns
 * from the pictures, a classifier from each box by itself; a picture of one class as a whole has one box all over it.
 */
import Type, { type Static } from 'typebox';
import { Box, Cause, ClassLabel, ClipId, FrameIndex, Score } from './terms.ts';

/** First 16 hex digits of the SHA-256 of the manifest's JSON. */
export const DatasetId = Type.String({ pattern: '^[0-9a-f]{16}$', description: 'Digest of the manifest' });

export const DatasetItem = Type.Object(
  {
    clip: ClipId,
    index: FrameIndex,
    name: Type.String({ minLength: 1, description: 'The picture’s name, for reports and exports' }),
    width: Type.Integer({ minimum: 1 }),
    height: Type.Integer({ minimum: 1 }),
    split: Type.Union([Type.Literal('train'), Type.Literal('held-out')]),
    boxes: Type.Array(
      Type.Object(
        {
          box: Box,
          label: ClassLabel,
          cause: Cause,
          weight: Type.Number({
            minimum: 0,
            maximum: 1,
            description: 'How far training trusts it; 1 for hand',
          }),
          risk: Score,
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type DatasetItem = Static<typeof DatasetItem>;

export const Dataset = Type.Object(
  { classes: Type.Array(ClassLabel, { minItems: 1 }), items: Type.Array(DatasetItem, { minItems: 1 }) },
  { additionalProperties: false },
);
export type Dataset = Static<typeof Dataset>;
