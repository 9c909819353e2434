/** `card.json` of a detector: what it is, how it came about, how good it is. */
import Type, { type Static } from 'typebox';
import { addCard, modelId, readCard } from '../card-file.ts';
import type { ModelFiles } from '../files.ts';
import { detectorNetworkNames } from './network.ts';

const share = Type.Number({ minimum: 0, maximum: 1 });
const text = Type.String({ minLength: 1 });

/** JSON Schema of a detector's card. */
export const detectorCardSchema = Type.Object(
  {
    kind: Type.Literal('detector'),
    id: Type.String({ pattern: '^[0-9a-f]{16}$', description: 'first 16 hex of the SHA-256 of its weights' }),
    network: Type.Enum(detectorNetworkNames),
    side: Type.Integer({ minimum: 64, description: 'of the square input, px' }),
    classes: Type.Array(text, { minItems: 1, uniqueItems: true, description: 'the labels it gives' }),
    outputs: Type.Array(text, {
      minItems: 1,
      description: 'label of each class channel; channels may share one',
    }),
    recipe: Type.Enum(['untrained', 'pre', 'main']),
    start: Type.String({
      description: 'what its training started from: random, a model id or a weights file',
    }),
    trainedOn: Type.Object({
      dataset: Type.String({ description: 'digest of names, pictures and boxes; empty where untrained' }),
      examples: Type.Integer({ minimum: 0 }),
      boxes: Type.Integer({ minimum: 0 }),
    }),
    verifier: Type.Optional(
      Type.Object(
        {
          start: Type.String({ description: 'the weights file that its network came from' }),
          boxes: Type.Integer({ minimum: 0, description: 'of animals that it learned from' }),
          others: Type.Integer({ minimum: 0, description: 'boxes of something else' }),
        },
        { description: 'not there where the detector has none' },
      ),
    ),
    scores: Type.Union([
      Type.Null(),
      Type.Object({
        images: Type.Integer({ minimum: 0 }),
        ap50: share,
        ap50_95: share,
        meanIoU: share,
        recall: share,
      }),
    ]),
    createdAt: Type.String({ description: 'ISO 8601' }),
  },
  { additionalProperties: false },
);
export type DetectorCard = Static<typeof detectorCardSchema>;

/** Adds `card.json`: `about`, the kind and the model's id. */
export function withDetectorCard(files: ModelFiles, about: Omit<DetectorCard, 'kind' | 'id'>): ModelFiles {
  const card: DetectorCard = { ...about, kind: 'detector', id: modelId(files) };
  return addCard(files, card);
}

/** @throws PoisonError where the card is missing, no card of a detector, or of other weights */
export function readDetectorCard(files: ModelFiles): DetectorCard {
  return readCard(detectorCardSchema, files, 'a detector');
}
