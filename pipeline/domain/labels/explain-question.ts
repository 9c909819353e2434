/** What the explainer is asked about a label. Pure. */
import type { QuestionOf } from '../../runtime/jobs/pending-job.ts';
import { type Box, intersection } from '../vision/box.ts';
import { isConfirmed, type ReviewedLabel } from './review.ts';

/** @param model its id; null: the active detector, whichever it is when the question is answered */
export function explainQuestion(reviewed: ReviewedLabel, model: string | null): QuestionOf<'explain'> {
  const { track, label } = reviewed;
  const [x, y, w, h] = reviewed.box;
  return {
    clip: track.clip,
    index: track.index,
    box: [x, y, w, h],
    // A box that was corrected may lie beside what was looked at: then the model is shown everything.
    region: track.region && holds(track.region, reviewed.box) ? track.region : null,
    truth: isConfirmed(reviewed) ? label : null,
    model,
    method: 'gradcam',
  };
}

function holds(region: Box, [x, y, w, h]: Box): boolean {
  return intersection(region, [x, y, w, h]) >= 0.5 * w * h;
}
