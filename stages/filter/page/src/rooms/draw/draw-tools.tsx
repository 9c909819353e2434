/** What stands below the picture in Draw: the frame, the class, what a key would do as buttons, and what is saved. */
import type { ClipView, DrawnBox, DrawnFrame } from '../../../../studio/api.ts';
import { frameKey, saving } from '../../api/drawings.ts';
import { clips } from '../../api/lists.ts';
import type { Tool } from '../../canvas/stage-view.ts';
import { type Action, chords } from '../../keys/bindings.ts';
import { capOf } from '../../keys/caps.ts';
import type { Handlers } from '../../keys/dispatch.ts';
import { words } from '../../words/words.ts';
import { classes, classNow, colourOf } from './classes.ts';
import { drawnSoFar } from './progress.ts';

interface DrawToolsProps {
  readonly view: ClipView;
  readonly index: number;
  readonly frame: DrawnFrame | undefined;
  readonly drawn: readonly DrawnBox[] | null;
  readonly tool: Tool;
  readonly hasProposed: boolean;
  readonly isSelected: boolean;
  readonly actions: Handlers<'draw'>;
  readonly goTo: (to: { readonly clip: string; readonly index: number }) => void;
  readonly put: (boxes: readonly DrawnBox[] | null, key: string) => void;
  readonly onClass: (label: string, gesture: string) => void;
}

export function DrawTools(props: DrawToolsProps) {
  const { view, index, tool, hasProposed, isSelected, actions, goTo, drawn, put } = props;
  const t = words.value.draw;
  const Act = ({ action, text, isOff = false, kind = '' }: ActProps) => (
    <button
      type="button"
      class={kind}
      disabled={isOff}
      title={`${words.value.keys.draw[action]} (${capOf(chords('draw', action)[0] ?? '')})`}
      onClick={() => actions[action]?.()}
    >
      {text}{' '}
      <span class="cap" aria-hidden="true">
        {capOf(chords('draw', action)[0] ?? '')}
      </span>
    </button>
  );
  return (
    <section class="tools" aria-label={t.title}>
      <div class="row">
        <select
          aria-label={words.value.clip}
          value={view.clip}
          onChange={(event) => goTo({ clip: event.currentTarget.value, index: 0 })}
        >
          {[...clips.value.values()].map(({ clip, camera, file }) => (
            <option key={clip} value={clip}>
              {camera} / {file}
            </option>
          ))}
        </select>
        <input
          class="scrubber"
          type="range"
          min="0"
          max={Math.max(0, (view.frames ?? index + 1) - 1)}
          value={index}
          aria-label={words.value.frame}
          aria-valuetext={words.value.frameOf(index, view.frames)}
          onInput={(event) => goTo({ clip: view.clip, index: Number(event.currentTarget.value) })}
        />
        <output class="number">{words.value.frameOf(index, view.frames)}</output>
      </div>
      <div class="row">
        <ClassButtons onClass={props.onClass} actions={actions} />
        <fieldset class="switch">
          <legend class="hidden">{t.tool}</legend>
          {(['box', 'points'] as const).map((kind) => (
            <button
              key={kind}
              type="button"
              aria-pressed={tool === kind}
              onClick={() => tool !== kind && actions.points?.()}
            >
              {kind === 'box' ? t.drag : t.points}
            </button>
          ))}
        </fieldset>
        <span class="space" />
        <Act action="accept" text={t.accept} isOff={!hasProposed} kind={hasProposed ? 'primary' : ''} />
        <Act action="nothing" text={t.nothing} />
        <Act action="copy" text={t.copy} />
        <Act action="remove" text={t.remove} isOff={!isSelected} />
        <button type="button" class="quiet" disabled={drawn === null} onClick={() => put(null, 'button')}>
          {t.clear}
        </button>
      </div>
      <div class="row quiet">
        <Saved {...props} />
        <span class="space" />
        <Progress />
      </div>
    </section>
  );
}

interface ActProps {
  readonly action: Action<'draw'>;
  readonly text: string;
  readonly isOff?: boolean;
  readonly kind?: string;
}

function ClassButtons({ onClass, actions }: Pick<DrawToolsProps, 'onClass' | 'actions'>) {
  return (
    <fieldset class="classes">
      <legend class="hidden">{words.value.class}</legend>
      {classes.value.slice(0, 9).map((label, i) => (
        <button
          key={label}
          type="button"
          aria-pressed={label === classNow.value}
          onClick={() => onClass(label, 'button')}
        >
          <Dot colour={colourOf(label)} />
          {label}{' '}
          <span class="cap" aria-hidden="true">
            {i + 1}
          </span>
        </button>
      ))}
      <button
        type="button"
        class="quiet"
        aria-label={words.value.keys.draw.class}
        title={`${words.value.keys.draw.class} (L)`}
        onClick={() => actions.class?.()}
      >
        +{' '}
        <span class="cap" aria-hidden="true">
          L
        </span>
      </button>
    </fieldset>
  );
}

function Dot({ colour }: { readonly colour: string }) {
  return (
    <svg class="mark" viewBox="0 0 2 2" aria-hidden="true">
      <circle cx="1" cy="1" r="0.8" fill={colour} />
    </svg>
  );
}

function Saved({ view, index, frame, drawn }: DrawToolsProps) {
  const t = words.value.draw;
  if (saving.value.has(frameKey(view.clip, index))) return <span role="status">{t.saving}</span>;
  if (!frame || drawn === null) return <span>{t.notDrawn}</span>;
  const what = drawn.length === 0 ? t.empty : t.boxes(drawn.length);
  return (
    <span>
      {what} · {t.by(frame.by)} · <span class="good">✓ {t.saved}</span>
    </span>
  );
}

function Progress() {
  const { drawn, worth } = drawnSoFar();
  const t = words.value.draw;
  return (
    <span class="progress-line">
      <meter min={0} max={worth} value={Math.min(drawn, worth)} aria-label={t.proposals} />
      <span>{t.progress(drawn, worth)}</span>
      {drawn > 0 && <a href="#/clips">{t.train} →</a>}
    </span>
  );
}
