/** A label under review, for tests. */
import type { ReviewedLabel } from '../../../../../pipeline/domain/labels/review.ts';
import type { Cause } from '../../../../../schemas/terms.ts';

interface Given {
  readonly index: number;
  readonly track?: number;
  readonly cause?: Cause;
  readonly risk?: number;
  readonly review?: ReviewedLabel['review'];
}

export function label({
  index,
  track = 1,
  cause = 'detected',
  risk = 0,
  review = 'pending',
}: Given): ReviewedLabel {
  const identity = { clip: '0123456789abcdef', camera: 'gate', track, index, pts: index / 25 };
  const box: [number, number, number, number] = [10, 10, 40, 30];
  return {
    track: { ...identity, label: 'deer', cause, score: 0.9, model: null, region: null, box },
    risk,
    doubts: [],
    trackId: track,
    label: 'deer',
    review,
    box,
    by: null,
    at: null,
  };
}
