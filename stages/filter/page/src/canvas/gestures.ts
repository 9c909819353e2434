/**
 * Mouse and fingers on a picture, as what they mean: one finger or the left button does something at a place, two
 * fingers, the middle button or the space bar move the picture, the wheel and pinching zoom.
 */
import type { Point } from './viewport.ts';

export interface GestureTarget {
  /** CSS pixels from the canvas's corner. */
  readonly press: (at: Point, isTouch: boolean) => void;
  readonly drag: (at: Point) => void;
  /** @param isClick it hardly moved */
  readonly release: (at: Point, isClick: boolean) => void;
  /** What was begun does not count: a second finger came. */
  readonly cancel: () => void;
  readonly hover: (at: Point) => void;
  readonly pan: (dx: number, dy: number) => void;
  readonly zoom: (factor: number, at: Point) => void;
}

/** Less than so far is a click, CSS pixels. */
const CLICK = 4;

/** @returns stops listening */
export function listenToGestures(element: HTMLElement, target: GestureTarget): () => void {
  const fingers = new Map<number, Point>();
  const stop = new AbortController();
  const { signal } = stop;
  let mode: 'none' | 'act' | 'pan' | 'pinch' = 'none';
  let start: Point = { x: 0, y: 0 };
  let isSpaceDown = false;

  const at = (event: { clientX: number; clientY: number }): Point => {
    const { left, top } = element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  element.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button === 2) return;
      element.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, at(event));
      if (fingers.size === 2) {
        if (mode === 'act') target.cancel();
        mode = 'pinch';
        return;
      }
      if (fingers.size > 2) return;
      start = at(event);
      mode = isSpaceDown || event.button === 1 ? 'pan' : 'act';
      if (event.button === 1) event.preventDefault();
      if (mode === 'act') target.press(start, event.pointerType === 'touch');
    },
    { signal },
  );

  element.addEventListener(
    'pointermove',
    (event) => {
      const now = at(event);
      const before = fingers.get(event.pointerId);
      if (!before) {
        target.hover(now);
        return;
      }
      fingers.set(event.pointerId, now);
      if (mode === 'act') target.drag(now);
      else if (mode === 'pan') target.pan(now.x - before.x, now.y - before.y);
      else if (mode === 'pinch') pinch(event.pointerId, before, now);
    },
    { signal },
  );

  /** Half of what one finger moved, and the change of the distance to the other. */
  function pinch(id: number, before: Point, now: Point): void {
    const other = [...fingers].find(([finger]) => finger !== id)?.[1];
    if (!other) return;
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
    const was = Math.hypot(before.x - other.x, before.y - other.y);
    const is = Math.hypot(now.x - other.x, now.y - other.y);
    target.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    if (was > 0) target.zoom(is / was, middle);
  }

  const lift = (event: PointerEvent) => {
    if (!fingers.delete(event.pointerId)) return;
    const now = at(event);
    if (mode === 'act') {
      if (event.type === 'pointercancel') target.cancel();
      else target.release(now, Math.hypot(now.x - start.x, now.y - start.y) < CLICK);
    }
    // A finger that stays after pinching does nothing until it is lifted.
    if (mode !== 'pinch' || fingers.size === 0) mode = 'none';
  };
  element.addEventListener('pointerup', lift, { signal });
  element.addEventListener('pointercancel', lift, { signal });

  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      target.zoom(Math.exp((-event.deltaY * lines) / 400), at(event));
    },
    { signal, passive: false },
  );

  for (const type of ['keydown', 'keyup'] as const) {
    addEventListener(
      type,
      ({ key }) => {
        if (key === ' ') isSpaceDown = type === 'keydown';
      },
      { signal },
    );
  }
  return () => stop.abort();
}
