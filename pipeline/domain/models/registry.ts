/** Models on the bus: their files in the object store, and for each kind a pointer to the active one. */
import { ActiveModel, activeModelKey } from '../../../schemas/state.ts';
import type { ModelKind } from '../../../schemas/terms.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { PoisonError, RetryableError } from '../../runtime/errors.ts';
import type { ModelFiles } from './files.ts';
import type { PromotionDecision } from './promotion.ts';

/** Stores a model under its id; the same model again changes nothing. */
export function storeModel(bus: Bus, model: string, files: ModelFiles): Promise<void> {
  return bus.objects.putFolder('models', model, files);
}

/** @throws PoisonError where there is no such model */
export async function fetchModel(bus: Bus, model: string): Promise<ModelFiles> {
  const files = await bus.objects.getFolder('models', model);
  if (!files) throw new PoisonError(`no model ${model} in the object store`);
  return files;
}

/** Ids of all models that are stored. */
export async function storedModels(bus: Bus): Promise<string[]> {
  const names = await bus.objects.list('models');
  return [...new Set(names.map((name) => name.split('/')[0] ?? name))];
}

/** undefined where none of the kind is active. */
export async function activeModel(bus: Bus, kind: ModelKind): Promise<ActiveModel | undefined> {
  return (await bus.state.get(activeModelKey(kind), ActiveModel)).value;
}

/**
 * Makes a model the active one, unless the pointer has changed since it was read.
 * @returns false where it has: judge again, against the model that is active now
 */
export async function activate(
  bus: Bus,
  kind: ModelKind,
  model: string,
  job: string,
  replaces: string | null,
): Promise<boolean> {
  const { value, revision } = await bus.state.get(activeModelKey(kind), ActiveModel);
  if ((value?.model ?? null) !== replaces) return false;
  if (value?.model === model) return true;
  return bus.state.compareAndSet(
    activeModelKey(kind),
    { version: 1, model, since: new Date().toISOString(), job } satisfies ActiveModel,
    revision,
  );
}

/** A model that was trained, and may take over. */
export interface Candidate {
  readonly kind: ModelKind;
  readonly model: string;
  /** That trained it. */
  readonly job: string;
  /** Its files, which say why it took over, or did not. */
  files(decision: PromotionDecision): ModelFiles;
}

/**
 * Stores a model with what was decided on it, then makes it the active one, if it may be. Compare-and-set: where another
 * job promotes its model meanwhile, ours is judged against that one.
 * @param judge whether it may take over from another model that is active
 */
export async function storeAndPromote(
  bus: Bus,
  { kind, model, job, files }: Candidate,
  judge: (active: string) => Promise<PromotionDecision>,
): Promise<PromotionDecision> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const active = await activeModel(bus, kind);
    const decision =
      active && active.model !== model
        ? await judge(active.model)
        : { yes: true, why: 'no other model is active' };
    // Before anybody uses it: a file that is replaced while it is read is read in two halves.
    await storeModel(bus, model, files(decision));
    if (!decision.yes || (await activate(bus, kind, model, job, active?.model ?? null))) return decision;
  }
  throw new RetryableError('the active model changes faster than this one can be judged');
}

/** The active model now and at every change. */
export function watchActive(bus: Bus, kind: ModelKind, signal: AbortSignal): AsyncGenerator<ActiveModel> {
  return bus.state.watch(activeModelKey(kind), ActiveModel, signal);
}
