/** The processes that a job or `shika up` runs on this machine. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { type StageName, stageNames } from '../../../stages/index.ts';

/** What Node is to run, with the name of a stage behind it. */
export const STAGE_COMMAND = [resolve(import.meta.dirname, '../cli/shika.ts'), 'stage'] as const;

/**
 * How many processes of each stage: one, but for the detector's, which uses one core on the processor; more than four on
 * one machine are rarely fed.
 */
export function processesFor(detectors = Math.min(4, availableParallelism())): Record<StageName, number> {
  const single = Object.fromEntries(stageNames.map((name) => [name, 1])) as Record<StageName, number>; // of every name
  return { ...single, detector: detectors };
}
