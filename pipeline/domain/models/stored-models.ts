/** The models on a bus, for a person who chooses among them. */
import type { ActiveModel } from '../../../schemas/state.ts';
import type { ModelKind } from '../../../schemas/terms.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { UsageError } from '../../runtime/errors.ts';
import { readClassifierTraining } from './classifier/training.ts';
import { readDetectorCard } from './detector/card.ts';
import { readDetectorTraining } from './detector/training.ts';
import type { ModelFiles } from './files.ts';
import { type ModelCard, readModelCard } from './model-card.ts';
import { activate, activeModel, fetchModel, storedModels, storeModel } from './registry.ts';
import type { TrainedModel } from './trained-model.ts';

export type StoredModel = ModelCard & {
  /** Whether stages use it. */
  readonly active: boolean;
};

const kinds: readonly ModelKind[] = ['detector', 'classifier'];

/** `activate` by a person: the job that the pointer names. */
const BY_HAND = 'by hand';

/** All models, oldest first. */
export async function listModels(bus: Bus): Promise<StoredModel[]> {
  return (await trainedModels(bus)).map(({ card, active }) => ({ ...card, active: active !== null }));
}

/** As {@link listModels}, with what is known of their training. */
export async function trainedModels(bus: Bus): Promise<TrainedModel[]> {
  const pointers: (ActiveModel | undefined)[] = [];
  for (const kind of kinds) pointers.push(await activeModel(bus, kind));
  const models: TrainedModel[] = [];
  for (const id of await storedModels(bus)) {
    const files = await fetchModel(bus, id);
    const card = readModelCard(files);
    const active = pointers.find((pointer) => pointer?.model === id) ?? null;
    const training = card.kind === 'detector' ? readDetectorTraining(files) : null;
    const trained = card.kind === 'detector' ? training : readClassifierTraining(files);
    models.push({ card, active, training, why: whyActive(active, trained?.why) });
  }
  return models.toSorted((a, b) => a.card.createdAt.localeCompare(b.card.createdAt));
}

/** @param why what training decided */
function whyActive(active: ActiveModel | null, why: string | undefined): string | null {
  if (active?.job !== BY_HAND) return why ?? null;
  return why === undefined ? 'a person chose it' : `a person chose it; after its training: ${why}`;
}

/**
 * Makes a model the active one of its kind because a person says so.
 * @returns its kind
 * @throws UsageError where another one became active meanwhile; PoisonError where there is no such model
 */
export async function activateByHand(bus: Bus, model: string): Promise<ModelKind> {
  const { kind } = readModelCard(await fetchModel(bus, model));
  const current = await activeModel(bus, kind);
  if (await activate(bus, kind, model, BY_HAND, current?.model ?? null)) return kind;
  throw changedMeanwhile();
}

/**
 * Stores a detector and makes it the active one.
 * @param job who says so
 * @throws PoisonError where it is no detector; UsageError where another one became active meanwhile
 */
export async function storeActiveDetector(bus: Bus, files: ModelFiles, job: string): Promise<void> {
  const { id } = readDetectorCard(files);
  await storeModel(bus, id, files);
  const current = await activeModel(bus, 'detector');
  if (!(await activate(bus, 'detector', id, job, current?.model ?? null))) throw changedMeanwhile();
}

/** What putting a model came to. */
export interface PutModel {
  readonly card: ModelCard;
  /** The one of its kind that stages use from now on. */
  readonly active: string;
}

/**
 * Stores a model that somebody has as files; its card must be of its weights. It becomes the active one of its kind
 * where none is, or where that is asked for.
 * @throws PoisonError where it is no model, or its card is of another; UsageError as {@link activateByHand}
 */
export async function putModel(bus: Bus, files: ModelFiles, isToBeActive: boolean): Promise<PutModel> {
  const card = readModelCard(files);
  await storeModel(bus, card.id, files);
  const current = await activeModel(bus, card.kind);
  if (current && !isToBeActive) return { card, active: current.model };
  await activateByHand(bus, card.id);
  return { card, active: card.id };
}

/** The files of the active model of a kind; null where none is. */
export async function fetchActiveModel(bus: Bus, kind: ModelKind): Promise<ModelFiles | null> {
  const active = await activeModel(bus, kind);
  return active ? fetchModel(bus, active.model) : null;
}

function changedMeanwhile(): UsageError {
  return new UsageError('another model was made active meanwhile', { expected: 'to be asked again' });
}
