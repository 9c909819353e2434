/** What review cost people, and what an audit found, as it stands on the bus. */
import { LabelAudited } from '../../../schemas/label-audited.ts';
import { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { AuditAnswers, type AuditEstimates } from './audit.ts';
import type { ReviewedLabel } from './review.ts';
import { ReviewTime, secondsPerAccepted } from './review-time.ts';

export interface ReviewFigures {
  /** Of people, over all decisions that say how long they took. */
  readonly seconds: number;
  /** Labels that stand accepted or corrected by such decisions. */
  readonly accepted: number;
  /** Null where there are none. */
  readonly secondsPerAccepted: number | null;
  readonly audit: AuditEstimates;
}

/** @param labels as they stand, of all clips that were reviewed */
export async function reviewFigures(bus: Bus, labels: Iterable<ReviewedLabel>): Promise<ReviewFigures> {
  const time = new ReviewTime();
  for await (const { body } of bus.stored(LabelReviewed)) time.add(body);
  const answers = new AuditAnswers();
  for await (const { body } of bus.stored(LabelAudited)) answers.add(body);
  const accepted = [...labels].filter(
    ({ review, by, at }) => (review === 'accepted' || review === 'corrected') && time.isTimed(by, at),
  ).length;
  return {
    seconds: time.seconds,
    accepted,
    secondsPerAccepted: secondsPerAccepted(time, accepted),
    audit: answers.estimates(),
  };
}
