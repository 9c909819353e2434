/** `card.json` of a detector: what it is, how it came about, how good it is. */
import { createHash } from 'node:crypto';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { PoisonError, reasonOf } from '../errors.ts';
import { cardFile, type ModelFiles } from './files.ts';
import { networkNames } from './network/network.ts';

const share = Type.Number({ minimum: 0, maximum: 1 });
const text = Type.String({ minLength: 1 });

export const detectorCardSchema = Type.Object(
  {
    kind: Type.Literal('detector'),
    id: Type.String({ pattern: '^[0-9a-f]{16}$', description: 'first 16 hex of the SHA-256 of its weights' }),
    network: Type.Enum(networkNames),
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

/** Of a model's weights: the same weights are the same model. */
export function modelId(files: ModelFiles): string {
  const hash = createHash('sha256');
  for (const [name, bytes] of files) {
    if (name !== cardFile) hash.update(name).update(bytes);
  }
  return hash.digest('hex').slice(0, 16);
}

/** The files with a card that says `about` and the model's id. */
export function withCard(files: ModelFiles, about: Omit<DetectorCard, 'kind' | 'id'>): ModelFiles {
  const card: DetectorCard = { ...about, kind: 'detector', id: modelId(files) };
  const json = `${JSON.stringify(card, null, 2)}\n`;
  return new Map([...files, [cardFile, new TextEncoder().encode(json)]]);
}

/** @throws PoisonError where the card is missing, no card of a detector, or of other weights */
export function readDetectorCard(files: ModelFiles): DetectorCard {
  const bytes = files.get(cardFile);
  const expected = 'the card.json of a detector';
  if (!bytes)
    throw new PoisonError('the model has no card', { found: [...files.keys()].join(', '), expected });
  let card: unknown;
  try {
    card = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new PoisonError("the model's card is no JSON", { found: reasonOf(error), expected, cause: error });
  }
  if (!Value.Check(detectorCardSchema, card)) {
    const [first] = Value.Errors(detectorCardSchema, card);
    const found = `${first?.instancePath || '/'} ${first?.message ?? ''}`;
    throw new PoisonError("the model's card is not as it should be", { found, expected });
  }
  const id = modelId(files);
  if (card.id !== id) {
    const facts = { found: `weights of ${id}`, expected: `weights of ${card.id}` };
    throw new PoisonError('the card is of another model', facts);
  }
  return card;
}
