/** Explains a few of a run's labels. */

import { explainQuestion } from '../../domain/labels/explain-question.ts';
import { type LabelPlace, nearestDecision } from '../../domain/labels/near-decision.ts';
import type { ReviewedLabel } from '../../domain/labels/review.ts';
import { evenlySpaced } from '../../domain/statistics/evenly-spaced.ts';
import { type JobOutcome, runJob } from '../../runtime/jobs/job.ts';
import type { LoggedContext } from './context.ts';

/** A label and its explanation, whose files are in the object store `explanations` under the job's name. */
export interface Explained extends JobOutcome<'explain'> {
  readonly label: ReviewedLabel;
}

/** Which labels are explained. */
export interface ExplainChoice {
  /** How many. */
  readonly most: number;
  /** Risk below which automatic review accepts. */
  readonly acceptBelow: number;
}

/** A label that can't be explained is left out, with a warning. */
export async function explainLabels(
  labels: readonly ReviewedLabel[],
  { most, acceptBelow }: ExplainChoice,
  { bus, meters, signal, log }: LoggedContext,
): Promise<Explained[]> {
  if (most === 0 || labels.length === 0) return [];
  const meter = meters.start('explaining');
  const explained: Explained[] = [];
  const chosen = chooseLabels(labels, { most, acceptBelow });
  for (const [i, label] of chosen.entries()) {
    const { clip, index } = label.track;
    try {
      const outcome = await runJob(bus, 'explain', explainQuestion(label, null), { signal });
      explained.push({ ...outcome, label });
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ clip, index, err: error }, 'not explained');
    }
    meter.update(i + 1, chosen.length);
  }
  meter.done(`${explained.length} labels`);
  return explained;
}

/** Frames between two labels of a clip that are shown because they are near the decision: a second of usual clips. */
const apart = 25;

/** Of what the detector found, half are those nearest the decision, one a stretch; the others are even over the rest. */
export function chooseLabels(
  labels: readonly ReviewedLabel[],
  { most, acceptBelow }: ExplainChoice,
): ReviewedLabel[] {
  const detected = labels.filter((label) => label.track.cause === 'detected');
  const candidates = detected.length > 0 ? detected : labels;
  const near = nearestDecision(candidates, Math.ceil(most / 2), { placeOf, acceptBelow, apart });
  const rest = candidates.filter((label) => !near.includes(label));
  return [...near, ...evenlySpaced(rest, most - near.length)];
}

function placeOf({ track: { clip, track, index, cause }, risk }: ReviewedLabel): LabelPlace {
  return { clip, track, frame: index, cause, risk };
}
