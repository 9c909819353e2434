/** A track as a film strip: one row of the list. */
import { useEffect, useMemo } from 'preact/hooks';
import type { Cause, Review, TrackSummary } from '../../../../studio/api.ts';
import { openClip } from '../../api/labels.ts';
import { clips } from '../../api/lists.ts';
import { Crop } from '../../parts/crop.tsx';
import { CauseMark, ReviewBadge, Sparkline } from '../../parts/marks.tsx';
import { formats, words } from '../../words/words.ts';
import { countsOf } from './order.ts';

interface TrackRowProps {
  readonly track: TrackSummary;
  readonly isHere: boolean;
  readonly isPicked: boolean;
  readonly onOpen: () => void;
  readonly onPick: () => void;
}

export function TrackRow({ track, isHere, isPicked, onOpen, onPick }: TrackRowProps) {
  const t = words.value;
  const count = countsOf(track);
  const { file = track.clip, fps } = clips.value.get(track.clip) ?? {};
  const isDone = count.pending === 0;
  // Keys answer at once: the labels of what is in sight are here before one is pressed.
  useEffect(() => {
    openClip(track.clip).catch(() => {});
  }, [track.clip]);
  // Eight pictures a row: not looked at again while another row is chosen.
  const strip = useMemo(
    () =>
      track.strip.map(({ index, box }) => (
        <Crop
          key={index}
          {...{ clip: track.clip, index, box, width: 92, height: 69 }}
          colour="#fff"
          description={t.stripFrame(index)}
        />
      )),
    [track.strip, t],
  );
  return (
    <article class={`track-row${isHere ? ' here' : ''}${isDone ? ' done' : ''}`}>
      <label class="pick">
        <input
          type="checkbox"
          checked={isPicked}
          onInput={onPick}
          aria-label={`${t.review.pick}: ${file}, ${t.track} ${track.track}`}
          tabIndex={isHere ? 0 : -1}
        />
      </label>
      <button
        type="button"
        class="strip"
        onClick={onOpen}
        tabIndex={isHere ? 0 : -1}
        aria-label={`${file}, ${t.track} ${track.track}, ${track.label}`}
      >
        {strip}
      </button>
      <div class="track-facts">
        <p class="track-name">
          <strong>{track.label}</strong> · {file} · {t.track} {track.track}
        </p>
        <p class="quiet number">
          {track.camera} · {t.review.frames(track.first, track.last)}
          {fps ? ` · ${formats.value.duration((track.last - track.first + 1) / fps)}` : ''}
          {track.recordedAt && ` · ${formats.value.recorded(track.recordedAt)}`}
        </p>
        <p class="doubts">
          {track.doubts.length > 0 ? track.doubts.slice(0, 3).map(t.doubt).join(' · ') : t.noDoubt}
        </p>
      </div>
      <div class="track-numbers">
        <Sparkline risks={track.risks} />
        <p class="causes">
          {Object.entries(track.causes).map(([cause, n]) => (
            <span key={cause} class="number">
              <CauseMark cause={cause as Cause /* the summary's keys */} isNamed /> {n}
            </span>
          ))}
          {track.score !== null && (
            <span class="number quiet">
              {t.score} {track.score.toFixed(2)}
            </span>
          )}
        </p>
        <p class="counts">
          {REVIEWS.filter((review) => count[review] > 0).map((review) => (
            <ReviewBadge key={review} review={review} text={`${count[review]}`} />
          ))}
        </p>
      </div>
    </article>
  );
}

const REVIEWS: readonly Review[] = ['pending', 'accepted', 'corrected', 'rejected'];
