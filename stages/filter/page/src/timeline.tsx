/** A track at a glance: risk as height, review as colour; a press shows the frame. */
import { useEffect, useRef } from 'preact/hooks';
import type { LabelView } from '../../studio/api.ts';
import { causeStyle } from './canvas/causes.ts';
import { t } from './words.ts';

interface TimelineProps {
  readonly labels: readonly LabelView[];
  readonly frame: number;
  readonly onShow: (frame: number) => void;
}

const HEIGHT = 56;

export function Timeline({ labels, frame, onShow }: TimelineProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const first = labels[0]?.index ?? 0;
  const last = labels.at(-1)?.index ?? 0;
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return;
    const width = element.clientWidth;
    element.width = width * devicePixelRatio;
    element.height = HEIGHT * devicePixelRatio;
    context.scale(devicePixelRatio, devicePixelRatio);
    paint(context, labels, { first, last, frame, width });
  });
  const at = (event: PointerEvent) => {
    const { left, width } =
      event.currentTarget instanceof Element
        ? event.currentTarget.getBoundingClientRect()
        : { left: 0, width: 1 };
    onShow(Math.round(first + ((event.clientX - left) / width) * (last - first)));
  };
  return (
    <canvas
      ref={canvas}
      class="risks"
      role="slider"
      tabIndex={0}
      aria-label={t('frame')}
      aria-valuemin={first}
      aria-valuemax={last}
      aria-valuenow={frame}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        at(event);
      }}
      onPointerMove={(event) => event.buttons > 0 && at(event)}
    />
  );
}

interface Span {
  readonly first: number;
  readonly last: number;
  readonly frame: number;
  readonly width: number;
}

function paint(
  context: CanvasRenderingContext2D,
  labels: readonly LabelView[],
  { first, last, frame, width }: Span,
): void {
  const colours = getComputedStyle(context.canvas);
  const of = (name: string) => colours.getPropertyValue(name);
  const review = {
    pending: of('--dim'),
    accepted: of('--good'),
    corrected: of('--good'),
    rejected: of('--bad'),
  };
  const step = width / Math.max(1, last - first + 1);
  for (const { index, risk, review: state, cause } of labels) {
    const x = (index - first) * step;
    const tall = Math.max(2, risk * (HEIGHT - 10));
    context.fillStyle = review[state];
    context.fillRect(x, HEIGHT - 8 - tall, Math.max(1, step), tall);
    context.fillStyle = causeStyle[cause].colour;
    context.fillRect(x, HEIGHT - 6, Math.max(1, step), 6);
  }
  context.fillStyle = of('--ink');
  context.fillRect((frame - first + 0.5) * step - 1, 0, 2, HEIGHT);
}
