/** {@link StageView} as a part of the page: what it shows, told to screen readers; brightness and contrast by key. */
import { signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { useKeys } from '../keys/dispatch.ts';
import { words } from '../words/words.ts';
import type { Box } from './box-edit.ts';
import type { Shape } from './paint.ts';
import { StageView, type Tool } from './stage-view.ts';

/** For infrared and dusk; of all pictures, until the page is closed. */
const brightness = signal(1);
const contrast = signal(1);

export interface StageProps {
  /** Null while it is on its way. */
  readonly picture: ImageBitmap | null;
  readonly shapes: readonly Shape[];
  /** Places in `shapes` of those that a hand may change. */
  readonly editable?: readonly number[];
  readonly tool: Tool;
  readonly colour: string;
  /** What is to be seen, in words. */
  readonly description: string;
  readonly onDraw?: (box: Box, gesture: 'drag' | 'points') => void;
  readonly onChange?: (shape: number, box: Box) => void;
  readonly onSelect?: (shape: number) => void;
  readonly onPoints?: (count: number) => void;
  /** Somebody else shows frames through `view`, faster than the page is rendered. */
  readonly isPlaying?: boolean;
  readonly view?: RefObject<StageView | null>;
}

export function Stage(props: StageProps) {
  const current = useRef(props);
  current.current = props;
  const element = useRef<HTMLDivElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const below = useRef<HTMLCanvasElement>(null);
  const own = useRef<StageView | null>(null);

  useLayoutEffect(() => {
    if (!element.current || !above.current || !below.current) return;
    const view = new StageView(element.current, above.current, below.current, {
      onDraw: (box, gesture) => current.current.onDraw?.(box, gesture),
      onChange: (shape, box) => current.current.onChange?.(shape, box),
      onSelect: (shape) => current.current.onSelect?.(shape),
      onPoints: (count) => current.current.onPoints?.(count),
    });
    own.current = view;
    if (current.current.view) current.current.view.current = view;
    return () => view.close();
  }, []);

  // Before the next key or click: what a hand does goes to what is on the screen.
  useLayoutEffect(() => {
    const view = own.current;
    if (!view) return;
    if (view.tool !== props.tool) view.cancel();
    view.tool = props.tool;
    view.colour = props.colour;
    if (!props.isPlaying) view.show(props.picture, props.shapes, props.editable);
  });
  useEffect(() => {
    own.current?.setFilter(
      brightness.value === 1 && contrast.value === 1
        ? ''
        : `brightness(${brightness.value}) contrast(${contrast.value})`,
    );
  }, [brightness.value, contrast.value]);

  useKeys('picture', {
    fit: () => own.current?.fit(),
    zoomIn: () => own.current?.zoomBy(1.4),
    zoomOut: () => own.current?.zoomBy(1 / 1.4),
    brighter: () => change(brightness, 1.2),
    darker: () => change(brightness, 1 / 1.2),
    contrast: () => change(contrast, 1.2),
    asTaken,
  });

  return (
    <div class="stage" ref={element}>
      <canvas ref={below} />
      <canvas ref={above} role="img" aria-label={props.description} />
      {props.picture === null && <p class="stage-wait">{words.value.loadingPicture}</p>}
      <LightControls view={own} />
    </div>
  );
}

function LightControls({ view }: { readonly view: RefObject<StageView | null> }) {
  const t = words.value;
  return (
    <fieldset class="stage-tools">
      <legend class="hidden">{t.pictureTools}</legend>
      <button
        type="button"
        class="icon"
        aria-label={t.keys.picture.zoomOut}
        title={`${t.keys.picture.zoomOut} (-)`}
        onClick={() => view.current?.zoomBy(1 / 1.4)}
      >
        −
      </button>
      <button
        type="button"
        class="icon"
        aria-label={t.keys.picture.fit}
        title={`${t.keys.picture.fit} (0)`}
        onClick={() => view.current?.fit()}
      >
        ⤢
      </button>
      <button
        type="button"
        class="icon"
        aria-label={t.keys.picture.zoomIn}
        title={`${t.keys.picture.zoomIn} (+)`}
        onClick={() => view.current?.zoomBy(1.4)}
      >
        +
      </button>
      <details class="light">
        <summary class="icon" aria-label={t.light} title={`${t.light} (B, K)`}>
          ☀
        </summary>
        <div class="light-panel">
          <Slider name={t.brightness} value={brightness} />
          <Slider name={t.contrast} value={contrast} />
          <button type="button" onClick={asTaken}>
            {t.keys.picture.asTaken}
          </button>
        </div>
      </details>
    </fieldset>
  );
}

function Slider({ name, value }: { readonly name: string; readonly value: { value: number } }) {
  return (
    <label>
      {name}
      <input
        type="range"
        min="0.4"
        max="4"
        step="0.1"
        value={value.value}
        onInput={(event) => {
          value.value = Number(event.currentTarget.value);
        }}
      />
    </label>
  );
}

function change(value: { value: number }, factor: number): void {
  value.value = Math.min(4, Math.max(0.4, Math.round(value.value * factor * 100) / 100));
}

function asTaken(): void {
  brightness.value = 1;
  contrast.value = 1;
}
