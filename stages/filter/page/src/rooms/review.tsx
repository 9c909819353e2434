/** Review: tracks by what a look is worth; one of them at a time. */

import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { LabelView, TrackSummary } from '../../../studio/api.ts';
import { clips, openClip, opened, say, tracks } from '../api/store.ts';
import { type Cause, causeStyle } from '../canvas/causes.ts';
import { inWords } from '../doubts.ts';
import { go, route } from '../route.ts';
import { Sparkline } from '../sparkline.tsx';
import { t } from '../words.ts';
import { TrackRoom } from './track.tsx';

export function Review() {
  const { clip, number } = route.value;
  useEffect(() => {
    if (clip) void openClip(clip).catch((error: Error) => say(error.message, true));
  }, [clip, opened.value.has(clip ?? '')]);
  if (tracks.value.length === 0) return <p class="empty">{t('noTracks')}</p>;
  const view = clip && number !== null ? opened.value.get(clip)?.get(number) : undefined;
  return (
    <section class={`room review ${view ? 'open' : ''}`}>
      <TrackList />
      {view && <TrackRoom key={`${view.clip}.${view.track}`} view={view} />}
    </section>
  );
}

interface Filter {
  readonly cause: Cause | '';
  readonly label: string;
  readonly camera: string;
  readonly clip: string;
  /** Only tracks of which something waits. */
  readonly pending: boolean;
  readonly risk: number;
}

const everything: Filter = { cause: '', label: '', camera: '', clip: '', pending: false, risk: 0 };

function passes(track: TrackSummary, { cause, label, camera, clip, pending, risk }: Filter): boolean {
  return (
    (!cause || (track.causes[cause] ?? 0) > 0) &&
    (!label || track.label === label) &&
    (!camera || track.camera === camera) &&
    (!clip || track.clip === clip) &&
    (!pending || track.count.pending > 0) &&
    Math.max(...track.risks, 0) >= risk
  );
}

const ROW = 108;

function TrackList() {
  const [filter, setFilter] = useState<Filter>(everything);
  const chosen = tracks.value.filter((track) => passes(track, filter));
  const pending = chosen.reduce((sum, { count }) => sum + count.pending, 0);
  const { clip, number } = route.value;
  const [scroll, rows, height] = useVirtual(chosen.length);
  return (
    <div class="tracks">
      <Filters filter={filter} onChange={setFilter} />
      <p class="dim" aria-live="polite">
        {chosen.length} {t('track')} · {pending} {t('pending')}
      </p>
      <div class="list" ref={scroll}>
        <ul ref={(list) => list?.style.setProperty('height', `${height}px`)}>
          {rows.map((i) => {
            const track = chosen[i];
            if (!track) return null;
            return (
              <li
                key={`${track.clip}.${track.track}`}
                ref={(row) => row?.style.setProperty('transform', `translateY(${i * ROW}px)`)}
              >
                <TrackRow track={track} current={track.clip === clip && track.track === number} />
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}

/** Rows of a long list that are in sight. */
function useVirtual(count: number): [(element: HTMLDivElement | null) => void, readonly number[], number] {
  const [, redraw] = useState(0);
  const element = useRef<HTMLDivElement | null>(null);
  const virtual = useRef<Virtualizer<HTMLDivElement, HTMLLIElement> | null>(null);
  const options = {
    count,
    getScrollElement: () => element.current,
    estimateSize: () => ROW,
    overscan: 4,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw((n) => n + 1),
  };
  virtual.current ??= new Virtualizer(options);
  virtual.current.setOptions(options);
  useEffect(() => virtual.current?._didMount(), []);
  useEffect(() => virtual.current?._willUpdate());
  const ref = (next: HTMLDivElement | null) => {
    element.current = next;
  };
  return [ref, virtual.current.getVirtualItems().map(({ index }) => index), virtual.current.getTotalSize()];
}

interface FiltersProps {
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}

function Filters({ filter, onChange }: FiltersProps) {
  const some = (of: (track: TrackSummary) => string) => [...new Set(tracks.value.map(of))].sort();
  const select = (key: 'label' | 'camera' | 'clip', name: string, values: readonly string[]) =>
    values.length > 1 && (
      <select
        aria-label={name}
        value={filter[key]}
        onChange={(event) => onChange({ ...filter, [key]: event.currentTarget.value })}
      >
        <option value="">{name}</option>
        {values.map((value) => (
          <option key={value} value={value}>
            {key === 'clip' ? (clips.value.get(value)?.file ?? value) : value}
          </option>
        ))}
      </select>
    );
  return (
    <div class="filters">
      {select(
        'camera',
        t('camera'),
        some(({ camera }) => camera),
      )}
      {select(
        'clip',
        t('file'),
        some(({ clip }) => clip),
      )}
      {select(
        'label',
        t('class'),
        some(({ label }) => label),
      )}
      <select
        aria-label={t('filter')}
        value={filter.cause}
        onChange={(event) => onChange({ ...filter, cause: event.currentTarget.value as Cause | '' })}
      >
        <option value="">{t('all')}</option>
        {(Object.keys(causeStyle) as Cause[]).map((cause) => (
          <option key={cause} value={cause}>
            {causeStyle[cause].shape} {t(cause)}
          </option>
        ))}
      </select>
      <label>
        <input
          type="checkbox"
          checked={filter.pending}
          onChange={(event) => onChange({ ...filter, pending: event.currentTarget.checked })}
        />{' '}
        {t('pending')}
      </label>
      <label class="risk">
        {t('risk')} ≥ {filter.risk.toFixed(1)}
        <input
          type="range"
          min={0}
          max={0.9}
          step={0.1}
          value={filter.risk}
          onInput={(event) => onChange({ ...filter, risk: Number(event.currentTarget.value) })}
        />
      </label>
    </div>
  );
}

function TrackRow({ track, current }: { readonly track: TrackSummary; readonly current: boolean }) {
  const { clip, count, label, first, last, risks, strip, doubts } = track;
  const file = clips.value.get(clip)?.file ?? clip;
  const [worst] = doubts;
  return (
    <button
      type="button"
      class="track"
      aria-current={current}
      onClick={() => go('review', clip, track.track)}
      title={`${file} · ${t('track')} ${track.track}`}
    >
      <span class="name">
        <strong>{label}</strong> {file} · {t('track')} {track.track} · {first}–{last}
        <Counts count={count} />
      </span>
      <span class="strip">
        {strip.slice(0, 6).map(({ index, box }) => (
          <Crop key={index} clip={clip} index={index} box={box} />
        ))}
      </span>
      <Sparkline values={risks} />
      <span class="doubt">{worst ? inWords(worst) : ''}</span>
    </button>
  );
}

function Counts({ count }: Pick<TrackSummary, 'count'>) {
  const total = count.pending + count.accepted + count.rejected + count.corrected;
  const checked = total - count.pending;
  return (
    <span class={`counts ${count.pending === 0 ? 'done' : ''}`}>
      {checked}/{total}
      {count.rejected > 0 && ` · ${count.rejected} ✕`}
    </span>
  );
}

const CROP = 44;

/** An animal cut out of its frame. */
function Crop({
  clip,
  index,
  box,
}: {
  readonly clip: string;
  readonly index: number;
  readonly box: LabelView['box'];
}) {
  const view = clips.value.get(clip);
  const [x, y, w, h] = box;
  const side = Math.max(w, h) * 1.15;
  const scale = CROP / side;
  const style = (image: HTMLImageElement | null) => {
    if (!image || !view?.width) return;
    image.style.width = `${view.width * scale}px`;
    image.style.left = `${-(x + w / 2 - side / 2) * scale}px`;
    image.style.top = `${-(y + h / 2 - side / 2) * scale}px`;
  };
  return (
    <span class="crop">
      <img ref={style} src={`api/clips/${clip}/frames/${index}`} alt="" loading="lazy" />
    </span>
  );
}
