import { availableParallelism } from 'node:os';
import type { StageName } from '../../runtime/stage/stage.ts';

/** On the processor a detector uses one core; more than four on one machine are rarely fed. */
export function processesFor(detectors = Math.min(4, availableParallelism())): Record<StageName, number> {
  return { decoder: 1, detector: detectors, tracker: 1, filter: 1, trainer: 1, explainer: 1 };
}
