/** The list of tracks: only rows in sight are there, however many there are. */
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { TrackSummary } from '../../../../studio/api.ts';
import { tracks } from '../../api/lists.ts';
import { useKeys } from '../../keys/dispatch.ts';
import { Empty } from '../../parts/marks.tsx';
import { useTimed } from '../../parts/timed.ts';
import { go, routeTo } from '../../route.ts';
import { words } from '../../words/words.ts';
import { AuditPanel } from './audit-panel.tsx';
import { decideTracks, type Verdict } from './decisions.ts';
import { ALL } from './filter.ts';
import { FilterBar } from './filter-bar.tsx';
import { cursor, filter, listed, neighbour, picked, trackKey } from './order.ts';
import { TrackRow } from './track-row.tsx';

/** Height of a row before it was measured, CSS pixels. */
const ROW = 112;

export function TrackList() {
  const t = words.value.review;
  const all = listed.value;
  const timed = useTimed('review');
  const at = Math.max(
    0,
    all.findIndex((track) => trackKey(track) === cursor.value),
  );
  const here = all[at];
  const move = (by: number) => {
    const next = all[at + by];
    if (next) cursor.value = trackKey(next);
  };
  const decide = (verdict: Verdict, key: string) => {
    const chosen =
      picked.value.size > 0 ? all.filter((track) => picked.value.has(trackKey(track))) : here ? [here] : [];
    if (chosen.length === 0) return;
    const next = here && picked.value.size === 0 ? neighbour(trackKey(here), false, true) : null;
    void decideTracks(chosen, verdict, timed(key));
    picked.value = new Set();
    if (next) cursor.value = trackKey(next);
  };
  const pick = (track: TrackSummary) => {
    const key = trackKey(track);
    const chosen = new Set(picked.value);
    if (!chosen.delete(key)) chosen.add(key);
    picked.value = chosen;
  };
  const open = (track: TrackSummary) => {
    cursor.value = trackKey(track);
    go(routeTo('review', track.clip, track.track));
  };
  useKeys('tracks', {
    next: () => move(1),
    previous: () => move(-1),
    open: () => here && open(here),
    accept: () => decide('accepted', 'A'),
    reject: () => decide('rejected', 'X'),
    pick: () => here && pick(here),
    lasso: () => go(routeTo('review', 'lasso')),
    audit: () => go(routeTo('review', 'audit')),
    cancel: () => {
      picked.value = new Set();
    },
  });
  if (tracks.value.length === 0) return <Empty title={t.none} why={t.noneWhy} />;
  return (
    <div class="room review-list">
      <FilterBar />
      <AuditPanel />
      {all.length === 0 && (
        <div class="empty">
          <h2>{filter.value === ALL ? t.allDone : t.noneFiltered}</h2>
        </div>
      )}
      <Rows all={all} at={at} onOpen={open} onPick={pick} />
      <footer class="row list-actions">
        {picked.value.size > 0 && <span>{t.picked(picked.value.size)}</span>}
        <button type="button" class="accept" onClick={() => decide('accepted', 'button')}>
          ✓ {t.accept}{' '}
          <span class="cap" aria-hidden="true">
            A
          </span>
        </button>
        <button type="button" class="reject" onClick={() => decide('rejected', 'button')}>
          ✕ {t.reject}{' '}
          <span class="cap" aria-hidden="true">
            X
          </span>
        </button>
        <span class="space" />
        <a class="button" href="#/review/lasso">
          {t.lasso}{' '}
          <span class="cap" aria-hidden="true">
            O
          </span>
        </a>
      </footer>
    </div>
  );
}

interface RowsProps {
  readonly all: readonly TrackSummary[];
  readonly at: number;
  readonly onOpen: (track: TrackSummary) => void;
  readonly onPick: (track: TrackSummary) => void;
}

function Rows({ all, at, onOpen, onPick }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [, setTurn] = useState(0);
  const virtual = useRef<Virtualizer<HTMLDivElement, HTMLElement> | null>(null);
  const options = {
    count: all.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (i: number) => (all[i] ? trackKey(all[i]) : i),
    overscan: 3,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => setTurn((turn) => turn + 1),
  };
  virtual.current ??= new Virtualizer(options);
  virtual.current.setOptions(options);
  useLayoutEffect(() => virtual.current?._didMount(), []);
  useLayoutEffect(() => virtual.current?._willUpdate());
  useEffect(() => virtual.current?.scrollToIndex(at, { align: 'auto' }), [at]);
  const items = virtual.current.getVirtualItems();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls is reached by Tab
    <div class="rows" ref={scroller} tabIndex={0}>
      <ul
        class="rows-inner"
        aria-label={words.value.review.list}
        style={{ height: `${virtual.current.getTotalSize()}px` }}
      >
        {items.map((item) => {
          const track = all[item.index];
          if (!track) return null;
          const key = trackKey(track);
          return (
            <li
              key={key}
              class="rows-item"
              data-index={item.index}
              aria-current={item.index === at ? 'true' : undefined}
              aria-posinset={item.index + 1}
              aria-setsize={all.length}
              ref={(element: HTMLElement | null) => {
                if (element) virtual.current?.measureElement(element);
              }}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <TrackRow
                track={track}
                isHere={item.index === at}
                isPicked={picked.value.has(key)}
                onOpen={() => onOpen(track)}
                onPick={() => onPick(track)}
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}
