/** The page of `shika eval --report`: a detector's scores and its worst mistakes. */
import { basename, resolve } from 'node:path';
import type { ScoredDetector } from '../../domain/scores/against-truth.ts';
import { wilsonInterval } from '../../domain/statistics/wilson.ts';
import { writeDetectorReport } from './report.ts';

/** @param truth path of the true boxes: names them in the title */
export async function writeEvaluation(path: string, truth: string, scored: ScoredDetector): Promise<void> {
  const { id, network, start, trainedOn, verifier = null, recipe } = scored.card;
  const mistakes = await scored.worstMistakes();
  const { scores } = scored;
  const drawn = { scores, interval: wilsonInterval(scores.ap50, Math.max(1, scores.images)) };
  const model = { id, network, start, trainedOn, verifier, drawn, scores, history: [], mistakes };
  await writeDetectorReport(path, {
    title: `${id} on ${basename(resolve(truth))}`,
    createdAt: new Date().toISOString(),
    pre: recipe === 'main' ? null : model,
    main: recipe === 'main' ? model : null,
    promotion: null,
  });
}
