/** A track from its first frame to its last: how risky, why, and what was decided. */
import { useEffect, useRef } from 'preact/hooks';
import type { TrackView } from '../../../../studio/api.ts';
import { CAUSE_COLOURS, REVIEW_COLOURS } from '../../canvas/colours.ts';
import { words } from '../../words/words.ts';
import { playhead } from './player.ts';
import { labelAt } from './runs.ts';

interface TimelineProps {
  readonly view: TrackView;
  readonly index: number;
  readonly onSeek: (index: number) => void;
}

/** Lanes from the top, CSS pixels: risk, review, cause. */
const RISK = { top: 2, height: 34 };
const REVIEW = { top: 40, height: 10 };
const CAUSE = { top: 53, height: 5 };

export function Timeline({ view, index, onSeek }: TimelineProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const t = words.value;
  const first = view.labels[0]?.index ?? 0;
  const frames = (view.labels.at(-1)?.index ?? first) - first + 1;

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const draw = () => paint(element, view, first, frames);
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    return () => observer.disconnect();
  }, [view]);

  useEffect(() => {
    const place = (at: number) => {
      if (head.current) head.current.style.left = `${((at - first + 0.5) / frames) * 100}%`;
    };
    place(playhead.value ?? index);
    return playhead.subscribe((at) => at !== null && place(at));
  }, [index, view]);

  const seek = (event: { clientX: number }) => {
    const { left, width } = canvas.current?.getBoundingClientRect() ?? { left: 0, width: 1 };
    const at = first + Math.floor(((event.clientX - left) / width) * frames);
    onSeek(Math.min(first + frames - 1, Math.max(first, at)));
  };
  const label = labelAt(view.labels, index);
  return (
    <div
      class="timeline"
      role="slider"
      tabIndex={0}
      aria-label={t.review.timeline}
      aria-valuemin={first}
      aria-valuemax={first + frames - 1}
      aria-valuenow={index}
      aria-valuetext={
        label
          ? t.review.timelineValue(index, label.risk, t.causes[label.cause], t.reviews[label.review])
          : `${t.frame} ${index}, ${t.review.noLabel}`
      }
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        seek(event);
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && seek(event)}
    >
      <canvas ref={canvas} />
      <div class="playhead" ref={head} />
    </div>
  );
}

function paint(canvas: HTMLCanvasElement, view: TrackView, first: number, frames: number): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const context = canvas.getContext('2d');
  if (!context || width === 0) return;
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  context.scale(devicePixelRatio, devicePixelRatio);
  const style = getComputedStyle(canvas);
  const each = width / frames;
  context.fillStyle = style.getPropertyValue('--line');
  context.fillRect(0, RISK.top + RISK.height, width, 1);
  for (const { index, risk, review, cause } of view.labels) {
    const x = (index - first) * each;
    const wide = Math.max(0.75, each - (each > 4 ? 1 : 0));
    const tall = Math.max(1, risk * RISK.height);
    context.fillStyle = style.getPropertyValue(risk >= 0.6 ? '--risk-high' : '--risk');
    context.fillRect(x, RISK.top + RISK.height - tall, wide, tall);
    context.fillStyle = REVIEW_COLOURS[review];
    // What is decided is told by height too: rejected below, accepted above, to decide a line.
    if (review === 'pending') context.fillRect(x, REVIEW.top + 4.5, wide, 1);
    else if (review === 'rejected') context.fillRect(x, REVIEW.top + 5, wide, 5);
    else if (review === 'corrected') context.fillRect(x, REVIEW.top, wide, 10);
    else context.fillRect(x, REVIEW.top, wide, 5);
    context.fillStyle = CAUSE_COLOURS[cause];
    context.fillRect(x, CAUSE.top, Math.max(each, 0.75), CAUSE.height);
  }
}
