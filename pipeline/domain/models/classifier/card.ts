/** `card.json` of a classifier: what it is, how it came about, how good it is. */
import Type, { type Static } from 'typebox';
import { addCard, kindOf, modelId, readCard } from '../card-file.ts';
import type { ModelFiles } from '../files.ts';

const share = Type.Number({ minimum: 0, maximum: 1 });
const text = Type.String({ minLength: 1 });

/** JSON Schema of a classifier's card. */
export const classifierCardSchema = Type.Object(
  {
    kind: Type.Literal('classifier'),
    id: Type.String({ pattern: '^[0-9a-f]{16}$', description: 'first 16 hex of the SHA-256 of its weights' }),
    network: Type.Literal('mobilenet-v2'),
    alpha: Type.Number({ exclusiveMinimum: 0, description: 'multiplies the channels' }),
    side: Type.Integer({
      minimum: 32,
      description: 'of the square input, px; a picture is stretched to it as a whole',
    }),
    classes: Type.Array(text, {
      minItems: 2,
      uniqueItems: true,
      description: 'in the order of the output',
    }),
    recipe: Type.Enum(['untrained', 'note', 'default']),
    start: Type.String({ description: 'the weights file that its training started from, or random' }),
    trainedOn: Type.Object({
      dataset: Type.String({ description: 'digest of names, labels and pictures; empty where untrained' }),
      examples: Type.Integer({ minimum: 0 }),
    }),
    scores: Type.Union([
      Type.Null(),
      Type.Object({
        images: Type.Integer({ minimum: 1 }),
        accuracy: share,
        ece: Type.Number({ minimum: 0, maximum: 1, description: 'expected calibration error' }),
      }),
    ]),
    createdAt: Type.String({ description: 'ISO 8601' }),
  },
  { additionalProperties: false },
);
export type ClassifierCard = Static<typeof classifierCardSchema>;

/** Adds `card.json`: `about`, the kind and the model's id. */
export function withClassifierCard(
  files: ModelFiles,
  about: Omit<ClassifierCard, 'kind' | 'id'>,
): ModelFiles {
  const card: ClassifierCard = { kind: 'classifier', id: modelId(files), ...about };
  return addCard(files, card);
}

/** @throws PoisonError where the card is missing, no card of a classifier, or of other weights */
export function readClassifierCard(files: ModelFiles): ClassifierCard {
  return readCard(classifierCardSchema, files, 'a classifier');
}

/** Whether the model says that it is a classifier: for commands that take any kind. */
export function isClassifier(files: ModelFiles): boolean {
  return kindOf(files) === 'classifier';
}
