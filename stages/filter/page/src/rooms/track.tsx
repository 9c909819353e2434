/** One track, frame by frame: look, decide, correct. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { LabelView, TrackView } from '../../../studio/api.ts';
import { change, decide, decideClip, edit, shown } from '../actions.ts';
import { unsent } from '../api/outbox.ts';
import { classes, clips, opened, say, tracks } from '../api/store.ts';
import type { Box } from '../canvas/box-edit.ts';
import { causeStyle, reviewShape } from '../canvas/causes.ts';
import { FrameCanvas } from '../canvas/frame-canvas.tsx';
import type { Look, ShownBox } from '../canvas/paint.ts';
import { prefetch } from '../canvas/pictures.ts';
import { ClassPicker } from '../class-picker.tsx';
import { inWords } from '../doubts.ts';
import { Help } from '../help.tsx';
import { type Key, useKeys } from '../keys.ts';
import { LookSliders, plain } from '../look-sliders.tsx';
import { go, route } from '../route.ts';
import { Timeline } from '../timeline.tsx';
import { t } from '../words.ts';

/** Risk from which a label is worth a stop. */
const DOUBTFUL = 0.35;
const SPEEDS = [1, 2, 4, 8] as const;
/** Frames that are asked for ahead. */
const AHEAD = 12;

export function TrackRoom({ view }: { readonly view: TrackView }) {
  const { clip, track, labels, label } = view;
  const first = labels[0]?.index ?? 0;
  const last = labels.at(-1)?.index ?? 0;
  const frame = route.value.frame ?? mostDoubtful(labels);
  const here = labels.find(({ index }) => index === frame);
  const file = clips.value.get(clip)?.file ?? clip;
  const [look, setLook] = useState<Look>(plain);
  const [playing, setPlaying] = useState(0);
  usePlay(view, frame, playing, () => setPlaying(0));

  const show = (index: number) => go('review', clip, track, Math.max(0, index));
  useEffect(() => {
    const ahead = labels.filter(({ index }) => index > frame).slice(0, AHEAD * Math.max(1, playing));
    prefetch(clip, [...ahead.map(({ index }) => index), Math.max(0, frame - 1)]);
  }, [clip, track, frame]);

  const step = (by: number) => {
    const at = labels.findIndex(({ index }) => index >= frame);
    const target = labels[Math.max(0, Math.min(labels.length - 1, (at < 0 ? labels.length - 1 : at) + by))];
    if (target) show(target.index);
  };
  const doubtful = (direction: 1 | -1) => {
    const open = labels.filter(({ review, risk }) => review === 'pending' && risk >= DOUBTFUL);
    const next =
      direction === 1 ? open.find(({ index }) => index > frame) : open.findLast(({ index }) => index < frame);
    if (next) show(next.index);
    else nextTrack(direction);
  };
  const nextTrack = (direction: 1 | -1) => {
    const at = tracks.value.findIndex((one) => one.clip === clip && one.track === track);
    const target = tracks.value[at + direction];
    if (target) go('review', target.clip, target.track);
    else say(t('noTracks'));
  };
  const all: readonly [number, number] = [first, last];
  const on = (
    range: readonly [number, number],
    decision: 'accepted' | 'rejected',
    key: string,
    move: () => void,
  ) => {
    decide(view, range, decision, key);
    move();
  };
  const correct = (box: Box) => {
    if (here) decide(view, [frame, frame], 'corrected', 'drag', [...box]);
  };
  const run = { clip, track, from: first, to: last, version: view.version };
  const split = () => edit({ kind: 'split', run: { ...run, from: frame } });
  const join = () => {
    const others = [...(opened.value.get(clip)?.values() ?? [])].filter((one) => one.track !== track);
    const next = others.toSorted((a, b) => gap(last, a) - gap(last, b))[0];
    if (next) edit({ kind: 'join', run, with: next.track });
  };
  const classed = (name: string) => edit({ kind: 'class', run, label: name });
  const faster = () =>
    setPlaying(SPEEDS[(SPEEDS.indexOf(playing as (typeof SPEEDS)[number]) + 1) % SPEEDS.length] ?? 1);

  const table: Key[] = [
    {
      keys: ['a'],
      does: ['accept the frame', 'フレームを承認'],
      run: () => on([frame, frame], 'accepted', 'a', () => step(1)),
    },
    {
      keys: ['x'],
      does: ['reject the frame', 'フレームを却下'],
      run: () => on([frame, frame], 'rejected', 'x', () => step(1)),
    },
    {
      keys: ['Shift+a'],
      does: ['accept the whole track', 'トラック全体を承認'],
      run: () => on(all, 'accepted', 'A', () => nextTrack(1)),
    },
    {
      keys: ['Shift+x'],
      does: ['reject the whole track', 'トラック全体を却下'],
      run: () => on(all, 'rejected', 'X', () => nextTrack(1)),
    },
    {
      keys: [']'],
      does: ['accept from here on', 'ここから後を承認'],
      run: () => on([frame, last], 'accepted', ']', () => {}),
    },
    {
      keys: ['Shift+}', '}'],
      does: ['reject from here on', 'ここから後を却下'],
      run: () => on([frame, last], 'rejected', '}', () => {}),
    },
    {
      keys: ['['],
      does: ['accept up to here', 'ここまでを承認'],
      run: () => on([first, frame], 'accepted', '[', () => {}),
    },
    {
      keys: ['Shift+{', '{'],
      does: ['reject up to here', 'ここまでを却下'],
      run: () => on([first, frame], 'rejected', '{', () => {}),
    },
    {
      keys: ['Ctrl+Enter'],
      does: ['accept the whole clip', 'クリップ全体を承認'],
      run: () => decideClip(clip, 'accepted', 'Ctrl+Enter'),
    },
    {
      keys: ['Ctrl+Delete', 'Ctrl+Backspace'],
      does: ['reject the whole clip', 'クリップ全体を却下'],
      run: () => decideClip(clip, 'rejected', 'Ctrl+Delete'),
    },
    { keys: ['n', 'Enter'], does: ['next doubtful', '次の要確認'], run: () => doubtful(1) },
    { keys: ['p'], does: ['previous doubtful', '前の要確認'], run: () => doubtful(-1) },
    { keys: ['f', 'ArrowRight'], does: ['next frame', '次のフレーム'], run: () => step(1) },
    { keys: ['d', 'ArrowLeft'], does: ['frame before', '前のフレーム'], run: () => step(-1) },
    { keys: ['v'], does: ['ten frames on', '10フレーム先'], run: () => step(10) },
    { keys: ['c'], does: ['ten frames back', '10フレーム前'], run: () => step(-10) },
    { keys: ['j', 'ArrowDown'], does: ['next track', '次のトラック'], run: () => nextTrack(1) },
    { keys: ['k', 'ArrowUp'], does: ['track before', '前のトラック'], run: () => nextTrack(-1) },
    { keys: [' '], does: ['play, pause', '再生・停止'], run: () => setPlaying(playing ? 0 : 1) },
    { keys: ['>', 'Shift+>', '.'], does: ['faster', '速く'], run: faster },
    { keys: ['s'], does: ['split here', 'ここで分割'], run: split },
    { keys: ['m'], does: ['join with the next track', '次のトラックと結合'], run: join },
    { keys: ['Ctrl+z', 'z'], does: ['undo', '元に戻す'], run: () => change('undo') },
    { keys: ['Shift+Ctrl+z', 'Ctrl+y', 'y'], does: ['redo', 'やり直す'], run: () => change('redo') },
    ...classes.value
      .slice(0, 9)
      .map((name, i): Key => ({ keys: [String(i + 1)], does: [name, name], run: () => classed(name) })),
  ];
  useKeys(table);

  const boxes: ShownBox[] = [...(here ? [shownBox(here, label)] : []), ...others(clip, track, frame)];
  const facts = here ? factsOf(here) : '';
  return (
    <div class="track-room">
      <div class="bar">
        <h2>
          {label} · {t('track')} {track} · {file}
        </h2>
        <div class="tools" role="toolbar" aria-label={t('review')}>
          <button
            type="button"
            class="good"
            onClick={() => on([frame, frame], 'accepted', 'button', () => step(1))}
          >
            {t('accept')} <kbd>A</kbd>
          </button>
          <button
            type="button"
            class="bad"
            onClick={() => on([frame, frame], 'rejected', 'button', () => step(1))}
          >
            {t('reject')} <kbd>X</kbd>
          </button>
          <button
            type="button"
            class="good"
            onClick={() => on(all, 'accepted', 'button', () => nextTrack(1))}
          >
            {t('accept')}: {t('wholeTrack')} <kbd>⇧A</kbd>
          </button>
          <button type="button" class="bad" onClick={() => on(all, 'rejected', 'button', () => nextTrack(1))}>
            {t('reject')}: {t('wholeTrack')} <kbd>⇧X</kbd>
          </button>
          <button type="button" class="bad" onClick={() => on([frame, last], 'rejected', 'button', () => {})}>
            {t('reject')}: {t('fromHere')} <kbd>{'}'}</kbd>
          </button>
          <button type="button" onClick={() => doubtful(1)}>
            {t('nextDoubtful')} <kbd>N</kbd>
          </button>
          <button type="button" aria-pressed={playing > 0} onClick={() => setPlaying(playing ? 0 : 1)}>
            {playing ? `${t('pause')} ${playing}×` : t('play')} <kbd>␣</kbd>
          </button>
          <button type="button" onClick={split}>
            {t('split')}
          </button>
          <button type="button" onClick={() => change('undo')}>
            {t('undo')}
          </button>
          <Help keys={table} />
        </div>
      </div>
      <div class="stage">
        <FrameCanvas
          clip={clip}
          index={frame}
          boxes={boxes}
          selected={here ? 0 : -1}
          look={look}
          tool="drag"
          description={`${file}, ${t('frame')} ${frame}: ${facts || t('nothingHere')}`}
          onSelect={() => {}}
          onChange={(i, box) => i === 0 && correct(box)}
          onProblem={(why) => say(why, true)}
          onShown={shown}
        />
        <aside class="side">
          {here && <LabelFacts label={here} />}
          <ClassPicker chosen={label} onChoose={classed} />
          <LookSliders look={look} onChange={setLook} />
        </aside>
      </div>
      <Timeline labels={labels} frame={frame} onShow={show} />
      <p class="dim">
        {t('frame')} {frame} · {first}–{last} · {labels.filter(({ review }) => review === 'pending').length}{' '}
        {t('pending')} {unsent.value > 0 && `· ${t('saving')}`}
      </p>
    </div>
  );
}

function mostDoubtful(labels: readonly LabelView[]): number {
  const open = labels.filter(({ review }) => review === 'pending');
  const from = open.length > 0 ? open : labels;
  return (
    from.reduce<LabelView | undefined>((most, one) => (!most || one.risk > most.risk ? one : most), undefined)
      ?.index ?? 0
  );
}

/** Frames between a track's end and another's beginning; those that begin later come first. */
function gap(last: number, { labels }: TrackView): number {
  const first = labels[0]?.index ?? 0;
  return first > last ? first - last : 1e6 + Math.abs(last - first);
}

function shownBox({ box, cause, score, review }: LabelView, label: string): ShownBox {
  const { colour, shape } = causeStyle[cause];
  const mark = review === 'pending' ? '' : ` ${reviewShape[review]}`;
  const caption = `${shape} ${label}${score === null ? '' : ` ${score.toFixed(2)}`}${mark}`;
  return { box, colour, caption, faint: review === 'rejected', dashed: review === 'rejected' };
}

/** Other animals of the frame, so that nobody takes one for another. */
function others(clip: string, track: number, frame: number): ShownBox[] {
  const views = [...(opened.value.get(clip)?.values() ?? [])].filter((one) => one.track !== track);
  return views.flatMap((view) => {
    const label = view.labels.find(({ index }) => index === frame);
    return label ? [{ ...shownBox(label, `${view.label} ${view.track}`), faint: true }] : [];
  });
}

function factsOf({ cause, score, risk, doubts, review }: LabelView): string {
  const parts = [
    t(cause),
    score === null ? '' : `${t('score')} ${score.toFixed(2)}`,
    `${t('risk')} ${risk.toFixed(2)}`,
  ];
  return [...parts, ...doubts.map(inWords), t(review)].filter(Boolean).join(', ');
}

function LabelFacts({ label }: { readonly label: LabelView }) {
  const { cause, score, risk, doubts, review, by } = label;
  const { colour, shape } = causeStyle[cause];
  return (
    <div class="facts">
      <p>
        <span ref={(mark) => mark?.style.setProperty('color', colour)}>{shape}</span> {t(cause)}
      </p>
      {score !== null && (
        <p>
          {t('score')} {score.toFixed(2)}
        </p>
      )}
      <p>
        {t('risk')} {risk.toFixed(2)} <meter min={0} max={1} low={0.35} high={0.6} optimum={0} value={risk} />
      </p>
      {doubts.length > 0 && (
        <ul>
          {doubts.map((doubt) => (
            <li key={doubt.kind}>{inWords(doubt)}</li>
          ))}
        </ul>
      )}
      <p class={`review ${review}`}>
        {reviewShape[review]} {t(review)}
        {by && ` · ${by}`}
      </p>
    </div>
  );
}

/** Shows frame after frame in the clip's own time, `speed` times as fast; 0 stands still. */
function usePlay({ clip, track, labels }: TrackView, frame: number, speed: number, onEnd: () => void): void {
  const at = useRef(frame);
  at.current = frame;
  const fps = clips.value.get(clip)?.fps ?? 25;
  useEffect(() => {
    if (speed === 0) return;
    const last = labels.at(-1)?.index ?? 0;
    const start = performance.now();
    const from = at.current >= last ? (labels[0]?.index ?? 0) : at.current;
    let running = 0;
    const tick = (now: number) => {
      const index = from + Math.floor(((now - start) / 1000) * fps * speed);
      if (index >= last) {
        go('review', clip, track, last);
        onEnd();
        return;
      }
      if (index !== at.current) go('review', clip, track, index);
      running = requestAnimationFrame(tick);
    };
    running = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(running);
  }, [speed, clip, track]);
}
