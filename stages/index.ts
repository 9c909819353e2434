/**
 * The list of stages: from it follow their names, sections of the configuration, processes, users of the bus and the
 * AsyncAPI document. A stage is loaded when it is run, because a process needs no more than its own; options are light.
 */
import type { TObject } from 'typebox';
import type { Stage } from '../pipeline/runtime/stage/stage.ts';
import { DecoderOptions } from './decoder/options.ts';
import { DetectorOptions } from './detector/options.ts';
import { ExplainerOptions } from './explainer/options.ts';
import { FilterOptions } from './filter/options.ts';
import { TrackerOptions } from './tracker/options.ts';
import { TrainerOptions } from './trainer/options.ts';

/** A stage that is not loaded yet. */
export interface StageEntry<O extends TObject = TObject> {
  /** Its section of the configuration. */
  readonly options: O;
  readonly load: () => Promise<Stage<O>>;
}

export const stages = {
  decoder: entry(DecoderOptions, async () => (await import('./decoder/stage.ts')).decoder),
  detector: entry(DetectorOptions, async () => (await import('./detector/stage.ts')).detector),
  tracker: entry(TrackerOptions, async () => (await import('./tracker/stage.ts')).tracker),
  filter: entry(FilterOptions, async () => (await import('./filter/stage.ts')).filter),
  trainer: entry(TrainerOptions, async () => (await import('./trainer/stage.ts')).trainer),
  explainer: entry(ExplainerOptions, async () => (await import('./explainer/stage.ts')).explainer),
};

export type StageName = keyof typeof stages;

/** In the order of the list. */
export const stageNames = Object.keys(stages) as readonly StageName[]; // the keys of an object literal

function entry<O extends TObject>(options: O, load: () => Promise<Stage<O>>): StageEntry<O> {
  return { options, load };
}
