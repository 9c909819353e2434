/** How many labels there are, by review. Pure. */
import type { Review, ReviewedLabel } from '../../../pipeline/domain/labels/review.ts';
import type { ReviewTime } from '../../../pipeline/domain/labels/review-time.ts';

export interface LabelCounts {
  readonly reviews: Readonly<Record<Review, number>>;
  /** Of the accepted and corrected ones those of which it is known how long the decision took. */
  readonly timedGood: number;
}

export const noLabels: LabelCounts = {
  reviews: { pending: 0, accepted: 0, rejected: 0, corrected: 0 },
  timedGood: 0,
};

export function countLabels(labels: readonly ReviewedLabel[], time: ReviewTime): LabelCounts {
  const reviews = { ...noLabels.reviews };
  let timedGood = 0;
  for (const { review, by, at } of labels) {
    reviews[review] += 1;
    const isGood = review === 'accepted' || review === 'corrected';
    if (isGood && time.isTimed(by, at)) timedGood += 1;
  }
  return { reviews, timedGood };
}

/** @param less what is not counted any more */
export function sumOf(some: LabelCounts, more: LabelCounts, less: LabelCounts = noLabels): LabelCounts {
  const sum = (review: Review) => some.reviews[review] + more.reviews[review] - less.reviews[review];
  return {
    reviews: {
      pending: sum('pending'),
      accepted: sum('accepted'),
      rejected: sum('rejected'),
      corrected: sum('corrected'),
    },
    timedGood: some.timedGood + more.timedGood - less.timedGood,
  };
}
