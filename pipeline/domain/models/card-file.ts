/** `card.json` as a file: what the cards of all kinds of model have in common. */
import type { Static, TObject } from 'typebox';
import Value from 'typebox/value';
import { contentId } from '../../runtime/content-id.ts';
import { PoisonError, reasonOf } from '../../runtime/errors.ts';
import { cardFile, type ModelFiles, trainingFile } from './files.ts';

/** What every card says. */
export interface CardHead {
  readonly kind: string;
  readonly id: string;
}

/** The id of a model's weights: the same weights are the same model, whatever its card says and in whatever order. */
export function modelId(files: ModelFiles): string {
  const names = [...files.keys()].filter((name) => name !== cardFile && name !== trainingFile);
  return contentId(...names.sort().flatMap((name) => [name, files.get(name)!]));
}

/** The files with this card. */
export function addCard(files: ModelFiles, card: CardHead): ModelFiles {
  return new Map([...files, [cardFile, new TextEncoder().encode(`${JSON.stringify(card, null, 2)}\n`)]]);
}

/**
 * @param what the model is expected to be, e.g. `a detector`
 * @throws PoisonError where the card is missing, no card of this kind, or of other weights
 */
export function readCard<S extends TObject>(
  schema: S,
  files: ModelFiles,
  what: string,
): Static<S> & CardHead {
  const expected = `the card.json of ${what}`;
  const card = cardJson(files, expected);
  if (!Value.Check(schema, card)) {
    const [first] = Value.Errors(schema, card);
    const found = `${first?.instancePath || '/'} ${first?.message ?? ''}`;
    throw new PoisonError(`the model is not ${what}, or its card is damaged`, { found, expected });
  }
  const id = modelId(files);
  const head = card as Static<S> & CardHead; // every card's schema has these two
  if (head.id !== id) {
    const facts = { found: `weights of ${id}`, expected: `weights of ${head.id}` };
    throw new PoisonError('the card is of another model', facts);
  }
  return head;
}

/** What the card says that the model is, unchecked; undefined where it does not say. @throws PoisonError without card */
export function kindOf(files: ModelFiles): unknown {
  const card = cardJson(files, 'the card.json of a model');
  return typeof card === 'object' && card !== null && 'kind' in card ? card.kind : undefined;
}

function cardJson(files: ModelFiles, expected: string): unknown {
  const bytes = files.get(cardFile);
  if (!bytes)
    throw new PoisonError('the model has no card', { found: [...files.keys()].join(', '), expected });
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new PoisonError("the model's card is no JSON", { found: reasonOf(error), expected, cause: error });
  }
}
