/** Above the picture: which track this is, where in the list, what its labels are worth so far. */
import type { ClipView, Review, TrackView } from '../../../../studio/api.ts';
import type { Handlers } from '../../keys/dispatch.ts';
import { ReviewBadge } from '../../parts/marks.tsx';
import { words } from '../../words/words.ts';
import { listed, trackKey } from './order.ts';

interface TrackBarProps {
  readonly view: TrackView;
  readonly clip: ClipView;
  readonly actions: Handlers<'track'>;
}

const REVIEWS: readonly Review[] = ['pending', 'accepted', 'corrected', 'rejected'];

export function TrackBar({ view, clip, actions }: TrackBarProps) {
  const t = words.value;
  const at = listed.value.findIndex((track) => trackKey(track) === trackKey(view));
  return (
    <header class="row track-bar">
      <a class="button" href="#/review">
        ← {t.review.back}
      </a>
      <div class="track-name">
        <strong>{view.label}</strong> · {clip.file} · {t.track} {view.track}
      </div>
      {REVIEWS.map((review) => {
        const count = view.labels.filter((label) => label.review === review).length;
        return count > 0 && <ReviewBadge key={review} review={review} text={`${count}`} />;
      })}
      <span class="space" />
      <button
        type="button"
        class="icon"
        aria-label={t.review.previousTrack}
        title={`${t.review.previousTrack} (↑)`}
        onClick={() => actions.previousTrack?.()}
      >
        ↑
      </button>
      <span class="number quiet">{at >= 0 && t.review.position(at + 1, listed.value.length)}</span>
      <button
        type="button"
        class="icon"
        aria-label={t.review.nextTrack}
        title={`${t.review.nextTrack} (↓)`}
        onClick={() => actions.nextTrack?.()}
      >
        ↓
      </button>
    </header>
  );
}
