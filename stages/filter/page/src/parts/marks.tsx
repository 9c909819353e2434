/** Small signs of the page: why a label is there, what was decided, how its risk runs. */
import type { Cause, Review } from '../../../studio/api.ts';
import { CAUSE_COLOURS } from '../canvas/colours.ts';
import { MARKS } from '../canvas/paint.ts';
import { words } from '../words/words.ts';

/** A cause's shape and colour; named where nothing beside it does. */
export function CauseMark({ cause, isNamed = false }: { readonly cause: Cause; readonly isNamed?: boolean }) {
  const name = words.value.causes[cause];
  const corners = cause === 'detected' ? [] : MARKS[cause];
  const naming = isNamed ? { role: 'img' as const, 'aria-label': name } : { 'aria-hidden': true as const };
  return (
    <svg class="mark" viewBox="-1.2 -1.2 2.4 2.4" {...naming}>
      <title>{name}</title>
      {cause === 'detected' ? (
        <circle r="0.9" fill={CAUSE_COLOURS[cause]} />
      ) : (
        <polygon points={corners.map((corner) => corner.join()).join(' ')} fill={CAUSE_COLOURS[cause]} />
      )}
    </svg>
  );
}

const REVIEW_SIGNS: Readonly<Record<Review, string>> = {
  pending: '○',
  accepted: '✓',
  rejected: '✕',
  corrected: '✎',
};

export function ReviewBadge({ review, text }: { readonly review: Review; readonly text?: string }) {
  return (
    <span class={`badge ${review}`}>
      <span aria-hidden="true">{REVIEW_SIGNS[review]} </span>
      {text ?? words.value.reviews[review]}
    </span>
  );
}

/** Risk along a track: the higher, the more doubtful. */
export function Sparkline({ risks }: { readonly risks: readonly number[] }) {
  const step = 100 / Math.max(1, risks.length);
  const bars = risks.map((risk, i) => {
    const height = Math.max(0.6, risk * 22);
    return `M${(i * step).toFixed(2)} ${(24 - height).toFixed(2)}h${(step * 0.8).toFixed(2)}v${height.toFixed(2)}h-${(step * 0.8).toFixed(2)}z`;
  });
  return (
    <svg
      class="sparkline"
      viewBox="0 0 100 24"
      preserveAspectRatio="none"
      role="img"
      aria-label={words.value.review.sparkline(Math.max(0, ...risks))}
    >
      <path d="M0 12h100" class="half" />
      <path d={bars.join('')} class="bars" />
    </svg>
  );
}

/** What a list shows while it has nothing. */
export function Empty({ title, why }: { readonly title: string; readonly why: string }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      <p>{why}</p>
    </div>
  );
}
