/** A frame with its boxes, which can be drawn, moved and resized by mouse, pen and fingers. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Box, between, boxAt, type Handle, handleAt, move, resize, throughPoints } from './box-edit.ts';
import { type Look, paint, type ShownBox } from './paint.ts';
import { picture } from './pictures.ts';
import { fit, type Point, pan, type Size, toPicture, type Viewport, zoom } from './viewport.ts';

export type Tool = 'drag' | 'points';

export interface FrameCanvasProps {
  readonly clip: string;
  readonly index: number;
  readonly boxes: readonly ShownBox[];
  readonly selected: number;
  readonly look: Look;
  readonly tool: Tool;
  /** For those who can't see it. */
  readonly description: string;
  readonly onSelect: (index: number) => void;
  readonly onDraw?: (box: Box) => void;
  readonly onChange?: (index: number, box: Box) => void;
  readonly onProblem: (why: string) => void;
  readonly onShown?: () => void;
}

type Gesture =
  | { readonly kind: 'draw'; readonly from: Point }
  | { readonly kind: 'move'; readonly from: Point; readonly box: Box }
  | { readonly kind: 'resize'; readonly from: Point; readonly box: Box; readonly handle: Handle }
  | { readonly kind: 'pan'; last: Point };

const REACH = 9;
const TOUCH_REACH = 22;
/** A press that moves less is a click, CSS pixels. */
const CLICK = 4;

export function FrameCanvas(props: FrameCanvasProps) {
  const { clip, index, boxes, selected, look, tool, description } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [bitmap, setBitmap] = useState<ImageBitmap | null>(null);
  const [room, setRoom] = useState<Size>({ width: 1, height: 1 });
  const [view, setView] = useState<Viewport>({ scale: 1, x: 0, y: 0 });
  const [draft, setDraft] = useState<Box | null>(null);
  const [changed, setChanged] = useState<Box | null>(null);
  const [points, setPoints] = useState<readonly Point[]>([]);
  const [cursor, setCursor] = useState<Point | null>(null);
  const gesture = useRef<Gesture | null>(null);
  const fingers = useRef(new Map<number, Point>());
  const space = useRef(false);
  const size: Size | null = bitmap && { width: bitmap.width, height: bitmap.height };

  useEffect(() => {
    let current = true;
    picture(clip, index)
      .then((loaded) => {
        if (!current) return;
        setBitmap((before) => {
          if (!before || before.width !== loaded.width || before.height !== loaded.height)
            setView(fit(loaded, room));
          return loaded;
        });
        props.onShown?.();
      })
      .catch((error: Error) => current && props.onProblem(error.message));
    setPoints([]);
    setDraft(null);
    setChanged(null);
    return () => {
      current = false;
    };
  }, [clip, index]);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      element.width = Math.round(width * devicePixelRatio);
      element.height = Math.round(height * devicePixelRatio);
      setRoom({ width, height });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (size) setView(fit(size, room));
  }, [room.width, room.height, size?.width, size?.height]);

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const shown = changed ? boxes.map((box, i) => (i === selected ? { ...box, box: changed } : box)) : boxes;
    const crossed = tool === 'points' || props.onDraw ? cursor : null;
    try {
      paint(
        context,
        { bitmap, view, boxes: shown, selected, look, draft, points, cursor: crossed },
        devicePixelRatio,
      );
    } catch {
      // The bitmap made room for others; the next picture is painted.
    }
  });

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return;
      if (event.key === ' ') {
        space.current = event.type === 'keydown';
        if (document.activeElement === document.body || document.activeElement === canvas.current)
          event.preventDefault();
        return;
      }
      if (event.type !== 'keydown' || !size || event.ctrlKey || event.metaKey) return;
      const middle = { x: room.width / 2, y: room.height / 2 };
      if (event.key === '+' || event.key === '=') setView((at) => zoom(at, 1.25, middle, size, room));
      else if (event.key === '-') setView((at) => zoom(at, 0.8, middle, size, room));
      else if (event.key === '0') setView(fit(size, room));
      else if (event.key === 'Escape') {
        setPoints([]);
        setDraft(null);
        gesture.current = null;
      }
    };
    addEventListener('keydown', onKey);
    addEventListener('keyup', onKey);
    return () => {
      removeEventListener('keydown', onKey);
      removeEventListener('keyup', onKey);
    };
  }, [room, size?.width, size?.height]);

  const screenPoint = (event: PointerEvent | WheelEvent): Point => {
    const { left, top } = canvas.current!.getBoundingClientRect(); // the event came from it
    return { x: event.clientX - left, y: event.clientY - top };
  };

  const onDown = (event: PointerEvent) => {
    if (!size) return;
    const at = screenPoint(event);
    canvas.current?.setPointerCapture(event.pointerId);
    fingers.current.set(event.pointerId, at);
    if (fingers.current.size === 2) {
      gesture.current = null;
      setDraft(null);
      return;
    }
    const point = toPicture(view, at);
    if (event.button === 1 || space.current) {
      gesture.current = { kind: 'pan', last: at };
      return;
    }
    const reach = (event.pointerType === 'touch' ? TOUCH_REACH : REACH) / view.scale;
    const own = boxes[selected]?.box;
    const handle = own && props.onChange ? handleAt(own, point, reach) : null;
    if (own && handle) gesture.current = { kind: 'resize', from: point, box: own, handle };
    else if (own && props.onChange && boxAt([own], point) === 0)
      gesture.current = { kind: 'move', from: point, box: own };
    else gesture.current = { kind: 'draw', from: point };
  };

  const onMove = (event: PointerEvent) => {
    if (!size) return;
    const at = screenPoint(event);
    const point = toPicture(view, at);
    setCursor(event.pointerType === 'touch' ? null : point);
    const before = fingers.current.get(event.pointerId);
    if (fingers.current.size === 2 && before) {
      pinch(event.pointerId, before, at, size);
      fingers.current.set(event.pointerId, at);
      return;
    }
    if (before) fingers.current.set(event.pointerId, at);
    const doing = gesture.current;
    if (!doing) return;
    if (doing.kind === 'pan') {
      setView(pan(view, at.x - doing.last.x, at.y - doing.last.y, size, room));
      doing.last = at;
    } else if (doing.kind === 'draw') {
      if (tool === 'drag' && props.onDraw) setDraft(between(doing.from, point, size));
    } else {
      const [dx, dy] = [point.x - doing.from.x, point.y - doing.from.y];
      setChanged(
        doing.kind === 'move' ? move(doing.box, dx, dy, size) : resize(doing.box, doing.handle, dx, dy, size),
      );
    }
  };

  const pinch = (id: number, before: Point, at: Point, picture: Size) => {
    const other = [...fingers.current].find(([finger]) => finger !== id)?.[1];
    if (!other) return;
    const spread = (a: Point) => Math.hypot(a.x - other.x, a.y - other.y) || 1;
    const middle = { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 };
    setView((now) => {
      const moved = pan(now, (at.x - before.x) / 2, (at.y - before.y) / 2, picture, room);
      return zoom(moved, spread(at) / spread(before), middle, picture, room);
    });
  };

  const onUp = (event: PointerEvent) => {
    fingers.current.delete(event.pointerId);
    const doing = gesture.current;
    gesture.current = null;
    if (!size || !doing) return;
    const point = toPicture(view, screenPoint(event));
    if (doing.kind === 'draw') {
      const far = Math.hypot(point.x - doing.from.x, point.y - doing.from.y) * view.scale;
      if (far <= CLICK) click(point, size);
      else if (tool === 'drag' && draft) props.onDraw?.(draft);
      setDraft(null);
    } else if (doing.kind !== 'pan') {
      if (changed) props.onChange?.(selected, changed);
      setChanged(null);
    }
  };

  const click = (point: Point, picture: Size) => {
    if (tool !== 'points' || !props.onDraw) {
      props.onSelect(
        boxAt(
          boxes.map(({ box }) => box),
          point,
        ),
      );
      return;
    }
    const set = [...points, point];
    if (set.length < 4) setPoints(set);
    else {
      setPoints([]);
      const box = throughPoints(set, picture);
      if (box) props.onDraw(box);
    }
  };

  return (
    <canvas
      ref={canvas}
      class="frame"
      role="img"
      aria-label={description}
      tabIndex={0}
      onPointerDown={onDown}
      onPointerMove={onMove}
      onPointerUp={onUp}
      onPointerCancel={onUp}
      onPointerLeave={() => setCursor(null)}
      onWheel={(event) => {
        event.preventDefault();
        if (size) setView(zoom(view, 1.0015 ** -event.deltaY, screenPoint(event), size, room));
      }}
    />
  );
}
