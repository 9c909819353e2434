/** Scores what a run on the demo's clip has left against the truth that was rendered with it. */
import { scoreDetector, truthScores } from '../../domain/scores/against-truth.ts';
import type { TruthReport } from '../report/data.ts';
import { labelsFile, modelFolder } from '../results/job-folder.ts';
import type { DemoFiles } from './demo.ts';

/** @param hasMain whether there was a main training */
export async function scoreDemo(
  { truth, heldOut }: DemoFiles,
  jobFolder: string,
  hasMain: boolean,
): Promise<TruthReport> {
  const { scores: labels } = await truthScores(truth, labelsFile(jobFolder));
  const { scores: pre } = await scoreDetector(modelFolder(jobFolder, 'pre'), heldOut);
  const main = hasMain ? (await scoreDetector(modelFolder(jobFolder, 'main'), heldOut)).scores : null;
  return { source: 'rendered with the clip', labels, pre, main };
}
