/** Paints boxes over a picture. The cause of a label is told by colour and by the shape of its mark. */
import type { Box } from './box-edit.ts';
import { HANDLES } from './box-edit.ts';
import type { Point, Viewport } from './viewport.ts';
import { toScreen } from './viewport.ts';

export type Mark = 'hand' | 'detected' | 'followed' | 'interpolated' | 'moved' | 'held';

/** One box as it is shown. */
export interface Shape {
  readonly box: Box;
  /** CSS colour. */
  readonly colour: string;
  readonly text: string;
  readonly mark: Mark | null;
  /** Somebody's or a model's, not accepted yet. */
  readonly isProposal?: boolean;
  /** In the background: another animal's. */
  readonly isFaint?: boolean;
  readonly isRejected?: boolean;
  readonly isAccepted?: boolean;
  readonly isSelected?: boolean;
}

const HALO = 'rgba(0, 0, 0, 0.55)';
const HANDLE = 8;

export function paintShape(context: CanvasRenderingContext2D, view: Viewport, shape: Shape): void {
  const { x, y } = toScreen(view, { x: shape.box[0], y: shape.box[1] });
  const [w, h] = [shape.box[2] * view.scale, shape.box[3] * view.scale];
  context.save();
  context.globalAlpha = shape.isFaint ? 0.55 : 1;
  context.lineJoin = 'round';
  const width = shape.isSelected ? 2.5 : shape.isFaint ? 1.25 : 2;
  if (shape.isProposal) context.setLineDash([6, 5]);
  for (const [colour, more] of [
    [HALO, 2],
    [shape.colour, 0],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width + more;
    context.strokeRect(x, y, w, h);
    if (shape.isRejected) {
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x + w, y + h);
      context.moveTo(x + w, y);
      context.lineTo(x, y + h);
      context.stroke();
    }
  }
  context.setLineDash([]);
  paintTag(context, shape, { x, y });
  if (shape.isSelected) paintHandles(context, { x, y }, w, h);
  context.restore();
}

function paintTag(context: CanvasRenderingContext2D, shape: Shape, { x, y }: Point): void {
  const text = shape.isAccepted ? `${shape.text} ✓` : shape.text;
  if (text === '' && !shape.mark) return;
  context.font = '600 12px system-ui, sans-serif';
  const wide = context.measureText(text).width + (shape.mark ? 24 : 10);
  const top = y - 20 >= 0 ? y - 20 : y + 2;
  context.fillStyle = 'rgba(12, 14, 11, 0.78)';
  context.beginPath();
  context.roundRect(x - 1, top, wide, 18, 4);
  context.fill();
  if (shape.mark) paintMark(context, shape.mark, shape.colour, { x: x + 10, y: top + 9 }, 5);
  context.fillStyle = '#fff';
  context.textBaseline = 'middle';
  context.fillText(text, x + (shape.mark ? 19 : 4), top + 9.5);
}

/** Corners of a mark on a field of 2 x 2 around its middle; `detected` is round. */
export const MARKS: Readonly<Record<Exclude<Mark, 'detected'>, readonly (readonly [number, number])[]>> = {
  hand: [
    [-0.85, -0.85],
    [0.85, -0.85],
    [0.85, 0.85],
    [-0.85, 0.85],
  ],
  followed: [
    [0, -1],
    [1, 0.8],
    [-1, 0.8],
  ],
  interpolated: [
    [0, -1],
    [1, 0],
    [0, 1],
    [-1, 0],
  ],
  moved: [
    [-0.8, -1],
    [1, 0],
    [-0.8, 1],
    [-0.2, 0],
  ],
  held: [
    [-1, -0.35],
    [1, -0.35],
    [1, 0.35],
    [-1, 0.35],
  ],
};

/** @param radius of the mark, CSS pixels */
export function paintMark(
  context: CanvasRenderingContext2D,
  mark: Mark,
  colour: string,
  { x, y }: Point,
  radius: number,
): void {
  context.fillStyle = colour;
  context.beginPath();
  if (mark === 'detected') context.arc(x, y, radius * 0.9, 0, Math.PI * 2);
  else for (const [dx, dy] of MARKS[mark]) context.lineTo(x + dx * radius, y + dy * radius);
  context.fill();
}

function paintHandles(context: CanvasRenderingContext2D, { x, y }: Point, w: number, h: number): void {
  context.lineWidth = 1;
  for (const { dx, dy } of HANDLES) {
    const px = x + ((dx + 1) / 2) * w;
    const py = y + ((dy + 1) / 2) * h;
    context.fillStyle = '#fff';
    context.strokeStyle = '#111';
    context.beginPath();
    context.rect(px - HANDLE / 2, py - HANDLE / 2, HANDLE, HANDLE);
    context.fill();
    context.stroke();
  }
}

/** Extreme points that were clicked so far. */
export function paintPoints(
  context: CanvasRenderingContext2D,
  view: Viewport,
  points: readonly Point[],
  colour: string,
): void {
  for (const point of points) {
    const { x, y } = toScreen(view, point);
    for (const [style, radius] of [
      [HALO, 6],
      [colour, 4],
    ] as const) {
      context.fillStyle = style;
      context.beginPath();
      context.arc(x, y, radius, 0, Math.PI * 2);
      context.fill();
    }
  }
}
