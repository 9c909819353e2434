/** Explains a few of a run's labels. */
import { isConfirmed, type ReviewedLabel } from '../../domain/labels/review.ts';
import { evenlySpaced } from '../../domain/statistics/evenly-spaced.ts';
import type { LoggedContext } from './context.ts';
import { type JobOutcome, runJob } from './job.ts';

/** A label and its explanation, whose files are in the object store `explanations` under the job's name. */
export interface Explained extends JobOutcome<'explain'> {
  readonly label: ReviewedLabel;
}

/** A label that can't be explained is left out, with a warning. */
export async function explainLabels(
  labels: readonly ReviewedLabel[],
  most: number,
  { bus, meters, signal, log }: LoggedContext,
): Promise<Explained[]> {
  if (most === 0 || labels.length === 0) return [];
  const meter = meters.start('explaining');
  const explained: Explained[] = [];
  const chosen = chooseLabels(labels, most);
  for (const [i, label] of chosen.entries()) {
    const { clip, index, region } = label.track;
    const truth = isConfirmed(label) ? label.track.label : null;
    const [x, y, w, h] = label.box;
    const box: [number, number, number, number] = [x, y, w, h];
    const question = { clip, index, box, region, truth, model: null, method: 'gradcam' as const };
    try {
      explained.push({ ...(await runJob(bus, 'explain', question, { signal })), label });
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ clip, index, err: error }, 'not explained');
    }
    meter.update(i + 1, chosen.length);
  }
  meter.done(`${explained.length} labels`);
  return explained;
}

/** The riskiest label that the detector found, and others evenly over the rest. */
function chooseLabels(labels: readonly ReviewedLabel[], most: number): ReviewedLabel[] {
  const detected = labels.filter((label) => label.track.cause === 'detected');
  const candidates = detected.length > 0 ? detected : labels;
  const riskiest = candidates.reduce((worst, label) => (label.risk > worst.risk ? label : worst));
  const rest = candidates.filter((label) => label !== riskiest);
  return [riskiest, ...evenlySpaced(rest, most - 1)];
}
