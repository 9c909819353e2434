/** A track for the tests of Review. */
import type { LabelView, TrackView } from '../../../../../../../../stages/filter/studio/api.ts';

export function label(index: number, more: Partial<LabelView> = {}): LabelView {
  return {
    ...{ index, box: [10 + index, 20, 30, 40], cause: 'detected', score: 0.8, risk: 0.1 },
    ...{ doubts: [], review: 'pending', by: null },
    ...more,
  };
}

export function track(number: number, labels: readonly LabelView[], version = 0): TrackView {
  return { clip: '0123456789abcdef', track: number, label: 'deer', version, range: null, labels };
}
