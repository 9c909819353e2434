/** Draw: the 20-30 frames that everything is learned from. */
import { useEffect, useState } from 'preact/hooks';
import type { DrawnBox, FrameProposal } from '../../../studio/api.ts';
import { change, drawFrame, shown } from '../actions.ts';
import { unsent } from '../api/outbox.ts';
import { classes, clips, drawn, frameKey, proposals, say } from '../api/store.ts';
import { type Box, type Handle, move, resize } from '../canvas/box-edit.ts';
import { FrameCanvas, type Tool } from '../canvas/frame-canvas.tsx';
import type { Look, ShownBox } from '../canvas/paint.ts';
import { prefetch } from '../canvas/pictures.ts';
import { ClassPicker, colourOf } from '../class-picker.tsx';
import { Help } from '../help.tsx';
import { type Key, useKeys } from '../keys.ts';
import { LookSliders, plain } from '../look-sliders.tsx';
import { go, route } from '../route.ts';
import { t, type Word } from '../words.ts';

/** Frames that are worth drawing: with more, a person's time is better spent on review. */
const WORTH = 25;

const whyWord: Readonly<Record<FrameProposal['why'], Word>> = {
  first: 'whyFirst',
  light: 'whyLight',
  time: 'whyTime',
  place: 'whyPlace',
  empty: 'whyEmpty',
  imported: 'whyImported',
  doubtful: 'whyDoubtful',
};

export function Draw() {
  const { clip: asked, number } = route.value;
  const first = proposals.value.find(({ clip }) => !asked || clip === asked) ?? proposals.value[0];
  const clip = asked ?? first?.clip ?? [...clips.value.keys()][0];
  const index = number ?? first?.index ?? 0;
  if (!clip) return <p class="empty">{t('noClips')}</p>;
  return <DrawFrame clip={clip} index={index} />;
}

function DrawFrame({ clip, index }: { readonly clip: string; readonly index: number }) {
  const [selected, setSelected] = useState(-1);
  const [tool, setTool] = useState<Tool>('drag');
  const [look, setLook] = useState<Look>(plain);
  const [label, setLabel] = useState(classes.value[0] ?? 'animal');
  const view = clips.value.get(clip);
  const frames = view?.frames ?? null;
  const picture = { width: view?.width ?? 1, height: view?.height ?? 1 };
  const frame = drawn.value.get(frameKey(clip, index));
  const boxes = frame?.boxes ?? [];
  const proposal = proposals.value.find((one) => one.clip === clip && one.index === index);
  const suggested = frame?.boxes ? [] : (proposal?.boxes ?? []);
  const at = proposals.value.findIndex((one) => one.clip === clip && one.index === index);
  const done = [...drawn.value.values()].filter((one) => one.boxes !== null).length;

  useEffect(() => {
    setSelected(-1);
    const next = [1, 2, 3].flatMap((step) => proposals.value[at + step] ?? []);
    for (const one of next) prefetch(one.clip, [one.index]);
    prefetch(
      clip,
      [index + 1, index - 1].filter((near) => near >= 0 && (frames === null || near < frames)),
    );
  }, [clip, index]);

  const save = (next: readonly DrawnBox[] | null, key: string) => drawFrame(clip, index, next, key);
  const add = (box: Box, key: string) => {
    save([...boxes, { box: [...box], label }], key);
    setSelected(boxes.length);
  };
  const replace = (i: number, box: Box, key: string) =>
    save(
      boxes.map((old, at) => (at === i ? { ...old, box: [...box] } : old)),
      key,
    );
  const remove = () => {
    if (selected < 0) return;
    const rest = boxes.filter((_, i) => i !== selected);
    // Without a box, nothing is said of the frame: an empty one is said with a key of its own.
    save(rest.length > 0 ? rest : null, 'Delete');
    setSelected(-1);
  };
  const step = (by: number) => {
    const to = Math.max(0, Math.min(frames === null ? index + by : frames - 1, index + by));
    go('draw', clip, to);
  };
  const jump = (by: number) => {
    const target = at >= 0 ? proposals.value[at + by] : proposals.value.find((one) => one.clip === clip);
    if (target) go('draw', target.clip, target.index);
  };
  const nudge = (dx: number, dy: number, event: KeyboardEvent) => {
    const own = boxes[selected];
    if (!own) {
      if (dx !== 0) step(dx);
      return;
    }
    const far = event.shiftKey ? 10 : 1;
    const handle: Handle = { dx: dx === 0 ? 0 : 1, dy: dy === 0 ? 0 : 1 };
    const next = event.altKey
      ? resize(own.box, handle, dx * far, dy * far, picture)
      : move(own.box, dx * far, dy * far, picture);
    if (next) replace(selected, next, 'arrow');
  };
  const copyBefore = () => {
    const before = [...drawn.value.values()]
      .filter((one) => one.clip === clip && one.boxes !== null && one.index < index)
      .toSorted((a, b) => b.index - a.index)[0];
    if (before?.boxes) save([...boxes, ...before.boxes], 'copy');
  };
  const acceptSuggested = () => {
    if (suggested.length > 0)
      save(
        suggested.map(({ box, label: name }) => ({ box, label: name })),
        'Enter',
      );
    else jump(1);
  };
  const choose = (name: string) => {
    setLabel(name);
    const own = boxes[selected];
    if (own)
      save(
        boxes.map((old, i) => (i === selected ? { ...old, label: name } : old)),
        'class',
      );
  };

  const table: Key[] = [
    { keys: ['f'], does: ['next frame', '次のフレーム'], run: () => step(1) },
    { keys: ['d'], does: ['frame before', '前のフレーム'], run: () => step(-1) },
    { keys: ['v'], does: ['ten frames on', '10フレーム先'], run: () => step(10) },
    { keys: ['c'], does: ['ten frames back', '10フレーム前'], run: () => step(-10) },
    { keys: ['n', 'PageDown'], does: ['next frame worth drawing', '次の候補'], run: () => jump(1) },
    { keys: ['p', 'PageUp'], does: ['the one before', '前の候補'], run: () => jump(-1) },
    { keys: ['e'], does: ['nothing is here', '動物はいない'], run: () => save([], 'e') },
    {
      keys: ['Enter'],
      does: ['accept what is suggested, or go on', '候補を承認、または次へ'],
      run: acceptSuggested,
    },
    { keys: ['b'], does: ['copy from the frame before', '前のフレームから写す'], run: copyBefore },
    {
      keys: ['x'],
      does: ['four points, or drag', '4点とドラッグを切替'],
      run: () => setTool(tool === 'drag' ? 'points' : 'drag'),
    },
    { keys: ['Delete', 'Backspace'], does: ['delete the box', '枠を削除'], run: remove },
    {
      keys: ['Tab'],
      does: ['next box', '次の枠'],
      run: () => setSelected(boxes.length === 0 ? -1 : (selected + 1) % boxes.length),
    },
    {
      keys: ['ArrowLeft'],
      does: ['nudge (Shift: 10 px, Alt: size)', '微調整 (Shift: 10 px, Alt: 大きさ)'],
      run: (e) => nudge(-1, 0, e),
    },
    { keys: ['ArrowRight'], does: ['nudge', '微調整'], run: (e) => nudge(1, 0, e) },
    { keys: ['ArrowUp'], does: ['nudge', '微調整'], run: (e) => nudge(0, -1, e) },
    { keys: ['ArrowDown'], does: ['nudge', '微調整'], run: (e) => nudge(0, 1, e) },
    { keys: ['Ctrl+z', 'z'], does: ['undo', '元に戻す'], run: () => change('undo') },
    { keys: ['Shift+Ctrl+z', 'Ctrl+y', 'y'], does: ['redo', 'やり直す'], run: () => change('redo') },
    ...classes.value
      .slice(0, 9)
      .map((name, i): Key => ({ keys: [String(i + 1)], does: [name, name], run: () => choose(name) })),
  ];
  useKeys(table);

  const shownBoxes: ShownBox[] = [
    ...boxes.map((one): ShownBox => ({ box: one.box, colour: colourOf(one.label), caption: one.label })),
    ...suggested.map(
      (one): ShownBox => ({
        box: one.box,
        colour: colourOf(one.label),
        caption: `${one.label}?`,
        dashed: true,
      }),
    ),
  ];
  const description = `${view?.file ?? clip}, ${t('frame')} ${index}: ${shownBoxes.map(({ caption, box }) => `${caption} ${box.map(Math.round).join(' ')}`).join('; ') || t('nothingHere')}`;

  return (
    <section class="room draw">
      <div class="bar">
        <p class="progress" aria-live="polite">
          <strong>{done}</strong>/{WORTH} {t('ofWorth')}
          {done < WORTH ? ` · ${WORTH - done} ${t('worth')}` : ` · ${t('enough')}`}
          <span class={`saved ${unsent.value > 0 ? 'busy' : ''}`}>
            {unsent.value > 0 ? t('saving') : frame ? t('saved') : ''}
          </span>
        </p>
        <div class="tools" role="toolbar" aria-label={t('draw')}>
          <button type="button" aria-pressed={tool === 'drag'} onClick={() => setTool('drag')}>
            {t('byDrag')}
          </button>
          <button
            type="button"
            aria-pressed={tool === 'points'}
            title={t('pointsWhy')}
            onClick={() => setTool('points')}
          >
            {t('byPoints')}
          </button>
          <button type="button" aria-pressed={frame?.boxes?.length === 0} onClick={() => save([], 'button')}>
            {t('nothingHere')}
          </button>
          <button type="button" onClick={copyBefore}>
            {t('copyBefore')}
          </button>
          <button type="button" disabled={selected < 0} onClick={remove}>
            {t('remove')}
          </button>
          {frame?.boxes && (
            <button type="button" onClick={() => save(null, 'button')}>
              {t('takeAway')}
            </button>
          )}
          <button type="button" onClick={() => change('undo')}>
            {t('undo')}
          </button>
          <button type="button" onClick={() => change('redo')}>
            {t('redo')}
          </button>
          <Help keys={table} />
        </div>
      </div>
      <div class="stage">
        <FrameCanvas
          clip={clip}
          index={index}
          boxes={shownBoxes}
          selected={selected}
          look={look}
          tool={tool}
          description={description}
          onSelect={(i) => setSelected(i < boxes.length ? i : -1)}
          onDraw={(box) => add(box, tool)}
          onChange={(i, box) => replace(i, box, 'drag')}
          onProblem={(why) => say(why, true)}
          onShown={shown}
        />
        <aside class="side">
          <ClassPicker chosen={boxes[selected]?.label ?? label} onChoose={choose} />
          <LookSliders look={look} onChange={setLook} />
        </aside>
      </div>
      <div class="timeline">
        <button type="button" onClick={() => step(-1)} aria-label={t('previous')}>
          ‹
        </button>
        <input
          type="range"
          min={0}
          max={Math.max(0, (frames ?? index + 1) - 1)}
          value={index}
          aria-label={t('frame')}
          onInput={(event) => go('draw', clip, Number(event.currentTarget.value))}
        />
        <button type="button" onClick={() => step(1)} aria-label={t('next')}>
          ›
        </button>
        <output>
          {index}
          {frames !== null && ` / ${frames - 1}`}
        </output>
      </div>
      <ol class="strip" aria-label={t('worth')}>
        {proposals.value.map((one) => {
          const state = drawn.value.get(frameKey(one.clip, one.index))?.boxes;
          const current = one.clip === clip && one.index === index;
          const name = clips.value.get(one.clip)?.file ?? one.clip;
          return (
            <li key={frameKey(one.clip, one.index)}>
              <button
                type="button"
                class={state ? 'done' : ''}
                aria-current={current}
                title={`${name} · ${one.index}`}
                onClick={() => go('draw', one.clip, one.index)}
              >
                <img
                  src={`api/clips/${one.clip}/frames/${one.index}`}
                  alt={`${name}, ${t('frame')} ${one.index}`}
                  loading="lazy"
                />
                <span>
                  {state ? '✓ ' : ''}
                  {t(whyWord[one.why])}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
