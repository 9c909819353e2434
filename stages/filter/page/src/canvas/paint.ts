/** Paints a frame and its boxes. */
import type { Box } from './box-edit.ts';
import { HANDLES } from './box-edit.ts';
import type { Point, Viewport } from './viewport.ts';
import { toScreen } from './viewport.ts';

export interface ShownBox {
  readonly box: Box;
  readonly colour: string;
  readonly caption: string;
  /** Suggested, or decided against. */
  readonly dashed?: boolean;
  readonly faint?: boolean;
}

export interface Look {
  /** 1: as it is. */
  readonly brightness: number;
  readonly contrast: number;
}

export interface Scene {
  readonly bitmap: ImageBitmap | null;
  readonly view: Viewport;
  readonly boxes: readonly ShownBox[];
  readonly selected: number;
  readonly look: Look;
  /** A box that is being drawn, and extreme points that were set. */
  readonly draft: Box | null;
  readonly points: readonly Point[];
  readonly cursor: Point | null;
}

const HANDLE = 4;

/** @param ratio device pixels a CSS pixel */
export function paint(context: CanvasRenderingContext2D, scene: Scene, ratio: number): void {
  const { canvas } = context;
  const { bitmap, view, boxes, selected, look, draft, points, cursor } = scene;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (bitmap) {
    context.imageSmoothingEnabled = view.scale < 3;
    const plain = look.brightness === 1 && look.contrast === 1;
    context.filter = plain ? 'none' : `brightness(${look.brightness}) contrast(${look.contrast})`;
    context.drawImage(bitmap, view.x, view.y, bitmap.width * view.scale, bitmap.height * view.scale);
    context.filter = 'none';
  }
  for (const [i, shown] of boxes.entries()) paintBox(context, view, shown, i === selected);
  if (draft) paintBox(context, view, { box: draft, colour: '#fff', caption: '' }, false);
  context.fillStyle = '#fff';
  for (const point of points) {
    const { x, y } = toScreen(view, point);
    context.fillRect(x - 3, y - 3, 6, 6);
  }
  if (cursor && bitmap) crosshair(context, view, cursor, bitmap);
}

function paintBox(
  context: CanvasRenderingContext2D,
  view: Viewport,
  { box, colour, caption, dashed = false, faint = false }: ShownBox,
  selected: boolean,
): void {
  const { x, y } = toScreen(view, { x: box[0], y: box[1] });
  const w = box[2] * view.scale;
  const h = box[3] * view.scale;
  context.globalAlpha = faint ? 0.45 : 1;
  context.setLineDash(dashed ? [6, 4] : []);
  // A dark line below a light one is seen on snow and at night.
  context.lineWidth = selected ? 5 : 4;
  context.strokeStyle = 'rgb(0 0 0 / 0.55)';
  context.strokeRect(x, y, w, h);
  context.lineWidth = selected ? 3 : 2;
  context.strokeStyle = colour;
  context.strokeRect(x, y, w, h);
  context.setLineDash([]);
  if (caption) {
    context.font = '600 12px system-ui, sans-serif';
    const wide = context.measureText(caption).width + 10;
    const top = y >= 20 ? y - 20 : y;
    context.fillStyle = colour;
    context.fillRect(x - 1, top, wide, 18);
    context.fillStyle = '#10140f';
    context.fillText(caption, x + 4, top + 13);
  }
  if (selected) {
    for (const { dx, dy } of HANDLES) {
      const px = x + ((dx + 1) / 2) * w;
      const py = y + ((dy + 1) / 2) * h;
      context.fillStyle = '#fff';
      context.fillRect(px - HANDLE, py - HANDLE, 2 * HANDLE, 2 * HANDLE);
      context.strokeStyle = '#10140f';
      context.lineWidth = 1;
      context.strokeRect(px - HANDLE, py - HANDLE, 2 * HANDLE, 2 * HANDLE);
    }
  }
  context.globalAlpha = 1;
}

function crosshair(
  context: CanvasRenderingContext2D,
  view: Viewport,
  cursor: Point,
  { width, height }: ImageBitmap,
): void {
  const at = toScreen(view, cursor);
  const start = toScreen(view, { x: 0, y: 0 });
  const end = toScreen(view, { x: width, y: height });
  context.lineWidth = 1;
  context.strokeStyle = 'rgb(255 255 255 / 0.5)';
  context.beginPath();
  context.moveTo(start.x, Math.round(at.y) + 0.5);
  context.lineTo(end.x, Math.round(at.y) + 0.5);
  context.moveTo(Math.round(at.x) + 0.5, start.y);
  context.lineTo(Math.round(at.x) + 0.5, end.y);
  context.stroke();
}
