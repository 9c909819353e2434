/**
 * A picture with boxes over it: two canvases, since the picture changes seldom while boxes are drawn, and since its
 * brightness is the browser's to change. Draws when something has changed, once a screen picture.
 */
import { type Box, between, boxAt, type Handle, handleAt, move, resize, throughPoints } from './box-edit.ts';
import { listenToGestures } from './gestures.ts';
import { paintPoints, paintShape, type Shape } from './paint.ts';
import { fit, type Point, pan, type Size, toPicture, type Viewport, zoom } from './viewport.ts';

/** What a hand does: nothing but look, drag boxes, or click on the outermost points of an animal. */
export type Tool = 'look' | 'box' | 'points';

export interface StageEvents {
  readonly onDraw: (box: Box, gesture: 'drag' | 'points') => void;
  /** A box was moved or resized by hand. */
  readonly onChange: (shape: number, box: Box) => void;
  /** -1: beside all boxes. */
  readonly onSelect: (shape: number) => void;
  /** Extreme points clicked so far. */
  readonly onPoints: (count: number) => void;
}

/** How near to a handle counts, CSS pixels. */
const REACH = 9;
const REACH_TOUCH = 22;
/** Points that make a box: top, left, bottom, right. */
const EXTREMES = 4;

type Hold =
  | { readonly kind: 'draw'; readonly from: Point }
  | {
      readonly kind: 'move' | 'resize';
      readonly shape: number;
      readonly from: Point;
      readonly handle: Handle | null;
    }
  | { readonly kind: 'pan'; readonly last: Point };

export class StageView {
  readonly #events: StageEvents;
  readonly #below: HTMLCanvasElement;
  readonly #above: HTMLCanvasElement;
  readonly #stop: (() => void)[] = [];
  #room: Size = { width: 1, height: 1 };
  #size: Size | null = null;
  #picture: ImageBitmap | null = null;
  #shapes: readonly Shape[] = [];
  #editable: readonly number[] = [];
  #view: Viewport = { scale: 1, x: 0, y: 0 };
  #isFitted = true;
  #hold: Hold | null = null;
  /** What is being drawn or changed. */
  #draft: { readonly box: Box; readonly shape: number } | null = null;
  #points: Point[] = [];
  #pictureIsDue = false;
  #boxesAreDue = false;
  #frame = 0;
  tool: Tool = 'look';
  colour = '#fff';

  constructor(element: HTMLElement, above: HTMLCanvasElement, below: HTMLCanvasElement, events: StageEvents) {
    this.#events = events;
    this.#above = above;
    this.#below = below;
    const observer = new ResizeObserver(() => this.#measure(element));
    observer.observe(element);
    this.#stop.push(
      () => observer.disconnect(),
      listenToGestures(above, {
        press: (at, isTouch) => this.#press(at, isTouch),
        drag: (at) => this.#drag(at),
        release: (at, isClick) => this.#release(at, isClick),
        cancel: () => this.cancel(),
        hover: (at) => this.#hover(at),
        pan: (dx, dy) => this.#look(this.#size && pan(this.#view, dx, dy, this.#size, this.#room)),
        zoom: (factor, at) => this.#look(this.#size && zoom(this.#view, factor, at, this.#size, this.#room)),
      }),
    );
    this.#measure(element);
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
    for (const stop of this.#stop) stop();
  }

  /** @param picture null: it is on its way, and nothing is shown, since boxes belong to their own frame */
  show(picture: ImageBitmap | null, shapes: readonly Shape[], editable: readonly number[] = []): void {
    if (picture !== this.#picture) {
      this.#picture = picture;
      const before = this.#size;
      if (picture) this.#size = { width: picture.width, height: picture.height };
      const isOther = before?.width !== this.#size?.width || before?.height !== this.#size?.height;
      if (isOther) this.fit();
      this.#pictureIsDue = true;
    }
    this.#shapes = shapes;
    this.#editable = editable;
    this.#due();
  }

  /** CSS filter of the picture: brightness and contrast. */
  setFilter(filter: string): void {
    this.#below.style.filter = filter;
  }

  fit(): void {
    if (this.#size) this.#look(fit(this.#size, this.#room));
    this.#isFitted = true;
  }

  zoomBy(factor: number): void {
    const middle = { x: this.#room.width / 2, y: this.#room.height / 2 };
    if (this.#size) this.#look(zoom(this.#view, factor, middle, this.#size, this.#room));
  }

  /** @returns false where nothing was begun */
  cancel(): boolean {
    const wasBusy = this.#points.length > 0 || this.#hold !== null;
    this.#hold = null;
    this.#draft = null;
    this.#setPoints([]);
    this.#due();
    return wasBusy;
  }

  #measure(element: HTMLElement): void {
    const { clientWidth: width, clientHeight: height } = element;
    if (width === 0 || height === 0) return;
    this.#room = { width, height };
    for (const canvas of [this.#below, this.#above]) {
      canvas.width = Math.round(width * devicePixelRatio);
      canvas.height = Math.round(height * devicePixelRatio);
    }
    this.#pictureIsDue = true;
    if (this.#isFitted) this.fit();
    // A canvas that changed its size is empty until it is painted: not one screen picture later.
    this.#paint();
  }

  #look(view: Viewport | null): void {
    if (!view) return;
    this.#view = view;
    this.#isFitted = this.#size !== null && view.scale <= fit(this.#size, this.#room).scale;
    this.#pictureIsDue = true;
    this.#due();
  }

  #due(): void {
    if (this.#boxesAreDue) return;
    this.#boxesAreDue = true;
    this.#frame = requestAnimationFrame(() => this.#paint());
  }

  #paint(): void {
    this.#boxesAreDue = false;
    if (this.#pictureIsDue) this.#paintPicture();
    this.#pictureIsDue = false;
    const context = this.#above.getContext('2d');
    if (!context) return;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.#room.width, this.#room.height);
    if (!this.#picture) return;
    const draft = this.#draft;
    const shapes = this.#shapes.map((shape, i) =>
      draft?.shape === i ? { ...shape, box: draft.box } : shape,
    );
    for (const shape of shapes.toSorted((a, b) => rank(a) - rank(b))) paintShape(context, this.#view, shape);
    if (draft?.shape === -1) {
      paintShape(context, this.#view, {
        box: draft.box,
        colour: this.colour,
        text: sizeOf(draft.box),
        mark: null,
      });
    }
    paintPoints(context, this.#view, this.#points, this.colour);
  }

  #paintPicture(): void {
    const context = this.#below.getContext('2d');
    if (!context) return;
    const { scale, x, y } = this.#view;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#below.width, this.#below.height);
    if (!this.#picture) return;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    // Large pixels are shown as they are: a person who is so near wants to see where the edge is.
    context.imageSmoothingEnabled = scale < 3;
    context.drawImage(this.#picture, x, y, this.#picture.width * scale, this.#picture.height * scale);
  }

  #press(at: Point, isTouch: boolean): void {
    const from = toPicture(this.#view, at);
    if (this.tool === 'points') return;
    const selected = this.#editable.find((i) => this.#shapes[i]?.isSelected);
    const box = selected === undefined ? undefined : this.#shapes[selected]?.box;
    const reach = (isTouch ? REACH_TOUCH : REACH) / this.#view.scale;
    const handle = box ? handleAt(box, from, reach) : null;
    if (handle && selected !== undefined) this.#hold = { kind: 'resize', shape: selected, from, handle };
    else if (selected !== undefined && box && boxAt([box], from) === 0)
      this.#hold = { kind: 'move', shape: selected, from, handle: null };
    else if (this.tool === 'box') this.#hold = { kind: 'draw', from };
    else this.#hold = { kind: 'pan', last: at };
  }

  #drag(at: Point): void {
    const hold = this.#hold;
    const picture = this.#size;
    if (!hold || !picture) return;
    if (hold.kind === 'pan') {
      this.#look(pan(this.#view, at.x - hold.last.x, at.y - hold.last.y, picture, this.#room));
      this.#hold = { kind: 'pan', last: at };
      return;
    }
    const now = toPicture(this.#view, at);
    const box = hold.kind === 'draw' ? between(hold.from, now, picture) : this.#changed(hold, now, picture);
    this.#draft = box && { box, shape: hold.kind === 'draw' ? -1 : hold.shape };
    this.#due();
  }

  #changed(hold: Exclude<Hold, { kind: 'draw' | 'pan' }>, now: Point, picture: Size): Box | null {
    const box = this.#shapes[hold.shape]?.box;
    if (!box) return null;
    const [dx, dy] = [now.x - hold.from.x, now.y - hold.from.y];
    return hold.handle ? resize(box, hold.handle, dx, dy, picture) : move(box, dx, dy, picture);
  }

  #release(at: Point, isClick: boolean): void {
    const [hold, draft] = [this.#hold, this.#draft];
    this.#hold = null;
    this.#draft = null;
    this.#due();
    if (this.tool === 'points') {
      if (isClick) this.#addPoint(toPicture(this.#view, at));
      return;
    }
    if (isClick) {
      const boxes = this.#shapes.map(({ box }) => box);
      this.#events.onSelect(boxAt(boxes, toPicture(this.#view, at)));
    } else if (draft && hold?.kind === 'draw') this.#events.onDraw(draft.box, 'drag');
    else if (draft) this.#events.onChange(draft.shape, draft.box);
  }

  #addPoint(point: Point): void {
    const points = [...this.#points, point];
    if (points.length < EXTREMES) {
      this.#setPoints(points);
      return;
    }
    const box = this.#size && throughPoints(points, this.#size);
    this.#setPoints([]);
    if (box) this.#events.onDraw(box, 'points');
  }

  #setPoints(points: Point[]): void {
    if (points.length === this.#points.length) return;
    this.#points = points;
    this.#events.onPoints(points.length);
    this.#due();
  }

  #hover(at: Point): void {
    const point = toPicture(this.#view, at);
    const selected = this.#editable.find((i) => this.#shapes[i]?.isSelected);
    const box = selected === undefined ? undefined : this.#shapes[selected]?.box;
    const handle = box && this.tool !== 'points' ? handleAt(box, point, REACH / this.#view.scale) : null;
    const isInside = box !== undefined && boxAt([box], point) === 0;
    const beside = this.tool === 'look' ? 'grab' : 'crosshair';
    this.#above.style.cursor = handle
      ? cursorOf(handle)
      : isInside && this.tool !== 'points'
        ? 'move'
        : beside;
  }
}

function rank({ isFaint, isSelected }: Shape): number {
  if (isSelected) return 2;
  return isFaint ? 0 : 1;
}

function cursorOf({ dx, dy }: Handle): string {
  if (dx === 0) return 'ns-resize';
  if (dy === 0) return 'ew-resize';
  return dx === dy ? 'nwse-resize' : 'nesw-resize';
}

function sizeOf([, , w, h]: Box): string {
  return `${Math.round(w)} × ${Math.round(h)}`;
}
