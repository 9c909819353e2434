/** The stages by name, loaded when they are run: a process needs no more than its own. */
import type { Stage, StageName } from '../pipeline/runtime/stage/stage.ts';

/** Each stage's module, loaded on demand. */
export const stages: Readonly<Record<StageName, () => Promise<Stage>>> = {
  decoder: async () => (await import('./decoder/stage.ts')).decoder as unknown as Stage,
  detector: async () => (await import('./detector/stage.ts')).detector as unknown as Stage,
  tracker: async () => (await import('./tracker/stage.ts')).tracker as unknown as Stage,
  filter: async () => (await import('./filter/stage.ts')).filter as unknown as Stage,
  trainer: async () => (await import('./trainer/stage.ts')).trainer as unknown as Stage,
  explainer: async () => (await import('./explainer/stage.ts')).explainer as unknown as Stage,
};
