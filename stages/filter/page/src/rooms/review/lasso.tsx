/** Lasso: all labels that are left, by risk and score; a line around some of them, and one key for them all. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { decide, labels, openClip } from '../../api/labels.ts';
import { tracks } from '../../api/lists.ts';
import { say } from '../../api/notices.ts';
import { CAUSE_COLOURS } from '../../canvas/colours.ts';
import type { Point } from '../../canvas/viewport.ts';
import { useKeys } from '../../keys/dispatch.ts';
import { Crop } from '../../parts/crop.tsx';
import { useTimed } from '../../parts/timed.ts';
import { go, routeTo } from '../../route.ts';
import { words } from '../../words/words.ts';
import { tell, type Verdict } from './decisions.ts';
import { fits } from './filter.ts';
import { FilterBar } from './filter-bar.tsx';
import { filter } from './order.ts';
import { type Dot, dotsOf, isInside, runsOfDots } from './scatter.ts';

/** Of what is selected, so many are shown. */
const SAMPLE = 12;
/** The API's most runs in one decision. */
const MOST_RUNS = 10_000;

export function LassoRoom() {
  const t = words.value;
  const wanted = tracks.value.filter((track) => fits(track, filter.value));
  const clips = [...new Set(wanted.map(({ clip }) => clip))].join();
  useEffect(() => {
    for (const clip of clips.split(',').filter(Boolean))
      openClip(clip).catch((error: Error) => say(error.message, true));
  }, [clips]);
  const dots = useMemo(
    () => dotsOf(wanted.flatMap(({ clip, track }) => labels.value.get(clip)?.get(track) ?? [])),
    [labels.value, tracks.value, filter.value],
  );
  const [line, setLine] = useState<readonly Point[]>([]);
  const timed = useTimed('review');
  const selected = useMemo(
    () => (line.length < 3 ? [] : dots.filter((dot) => isInside(line, dot))),
    [line, dots],
  );
  const verdict = (decision: Verdict, key: string) => {
    const runs = runsOfDots(selected);
    if (runs.length === 0) return;
    const time = timed(key);
    for (let at = 0; at < runs.length; at += MOST_RUNS)
      decide({ decision, runs: runs.slice(at, at + MOST_RUNS), ...time });
    tell(decision, selected.length);
    setLine([]);
  };
  useKeys('lasso', {
    accept: () => verdict('accepted', 'lasso A'),
    reject: () => verdict('rejected', 'lasso X'),
    cancel: () => (line.length > 0 ? setLine([]) : go(routeTo('review'))),
  });
  const sample = selected.filter((_, i) => i % Math.max(1, Math.ceil(selected.length / SAMPLE)) === 0);
  return (
    <div class="room lasso">
      <header class="row track-bar">
        <a class="button" href="#/review">
          ← {t.review.back}
        </a>
        <h2>{t.lasso.title}</h2>
        <span class="space" />
        <span class="number" role="status">
          {line.length > 0 ? t.lasso.selected(selected.length) : t.lasso.all(dots.length)}
        </span>
        <button
          type="button"
          class="accept"
          disabled={selected.length === 0}
          onClick={() => verdict('accepted', 'lasso')}
        >
          ✓ {t.review.accept}{' '}
          <span class="cap" aria-hidden="true">
            A
          </span>
        </button>
        <button
          type="button"
          class="reject"
          disabled={selected.length === 0}
          onClick={() => verdict('rejected', 'lasso')}
        >
          ✕ {t.review.reject}{' '}
          <span class="cap" aria-hidden="true">
            X
          </span>
        </button>
      </header>
      <FilterBar />
      <p class="quiet pad-x">{t.lasso.hint}</p>
      <Scatter {...{ dots, line }} onLine={setLine} />
      <ul class="sample" aria-label={t.lasso.sample}>
        {sample.map(({ view, label }) => (
          <li key={`${view.clip}/${view.track}/${label.index}`}>
            <a href={routeTo('review', view.clip, view.track, label.index)}>
              <Crop
                {...{ clip: view.clip, index: label.index, box: label.box, width: 92, height: 69 }}
                colour={CAUSE_COLOURS[label.cause]}
                description={t.stripFrame(label.index)}
              />
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface ScatterProps {
  readonly dots: readonly Dot[];
  /** In units of the plot. */
  readonly line: readonly Point[];
  readonly onLine: (line: readonly Point[]) => void;
}

/** The plot's lower edge, in units of score: below 0 lie labels without one. */
const LOWEST = -0.2;
const EDGE = { left: 36, right: 12, top: 10, bottom: 22 };

function Scatter({ dots, line, onLine }: ScatterProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useRef<Point[]>([]);
  const paintAll = () =>
    canvas.current && paint(canvas.current, dots, drawing.current.length > 0 ? drawing.current : line);
  useEffect(() => {
    paintAll();
    const observer = new ResizeObserver(paintAll);
    if (canvas.current) observer.observe(canvas.current);
    return () => observer.disconnect();
  }, [dots, line]);
  const unit = (event: PointerEvent): Point => {
    const { left, top, width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect(); // it listens
    const x = (event.clientX - left - EDGE.left) / (width - EDGE.left - EDGE.right);
    const y = 1 - ((event.clientY - top - EDGE.top) / (height - EDGE.top - EDGE.bottom)) * (1 - LOWEST);
    return { x, y };
  };
  return (
    <canvas
      class="scatter"
      ref={canvas}
      role="img"
      aria-label={`${words.value.lasso.title}: ${words.value.lasso.all(dots.length)}`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drawing.current = [unit(event)];
      }}
      onPointerMove={(event) => {
        if (drawing.current.length === 0) return;
        drawing.current.push(unit(event));
        requestAnimationFrame(paintAll);
      }}
      onPointerUp={() => {
        const drawn = drawing.current;
        drawing.current = [];
        onLine(drawn.length >= 3 ? drawn : []);
      }}
    />
  );
}

function paint(canvas: HTMLCanvasElement, dots: readonly Dot[], line: readonly Point[]): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const context = canvas.getContext('2d');
  if (!context || width === 0) return;
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  context.scale(devicePixelRatio, devicePixelRatio);
  const style = getComputedStyle(canvas);
  const x = (risk: number) => EDGE.left + risk * (width - EDGE.left - EDGE.right);
  const y = (score: number) => EDGE.top + ((1 - score) / (1 - LOWEST)) * (height - EDGE.top - EDGE.bottom);
  context.strokeStyle = style.getPropertyValue('--line');
  context.fillStyle = style.getPropertyValue('--quiet');
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (const tick of [0, 0.25, 0.5, 0.75, 1]) {
    context.beginPath();
    context.moveTo(x(tick), y(1));
    context.lineTo(x(tick), y(LOWEST));
    context.moveTo(x(0), y(tick));
    context.lineTo(x(1), y(tick));
    context.stroke();
    context.textAlign = 'center';
    context.fillText(String(tick), x(tick), height - 8);
    context.textAlign = 'right';
    context.fillText(String(tick), EDGE.left - 6, y(tick));
  }
  context.textAlign = 'left';
  context.fillText(`${words.value.score} ↑`, EDGE.left + 4, EDGE.top + 6);
  context.textAlign = 'right';
  context.fillText(`${words.value.risk} →`, width - EDGE.right - 4, height - EDGE.bottom - 8);
  context.textAlign = 'left';
  context.fillText(words.value.lasso.noScore, EDGE.left + 4, y(-0.12));
  context.globalAlpha = dots.length > 5_000 ? 0.35 : 0.7;
  for (const dot of dots) {
    context.fillStyle = CAUSE_COLOURS[dot.label.cause];
    context.fillRect(x(dot.x) - 1.5, y(dot.y) - 1.5, 3, 3);
  }
  context.globalAlpha = 1;
  if (line.length < 2) return;
  context.beginPath();
  for (const point of line) context.lineTo(x(point.x), y(point.y));
  context.closePath();
  context.strokeStyle = style.getPropertyValue('--accent');
  context.lineWidth = 2;
  context.stroke();
  context.globalAlpha = 0.12;
  context.fillStyle = style.getPropertyValue('--accent');
  context.fill();
}
