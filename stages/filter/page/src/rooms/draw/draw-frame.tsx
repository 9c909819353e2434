/** One frame that is drawn on. */
import { useState } from 'preact/hooks';
import type { ClipView, DrawnBox } from '../../../../studio/api.ts';
import { proposals } from '../../api/lists.ts';
import { say } from '../../api/notices.ts';
import { type Box, inside, move, resizeBy } from '../../canvas/box-edit.ts';
import type { Shape } from '../../canvas/paint.ts';
import { Stage } from '../../canvas/stage.tsx';
import type { Tool } from '../../canvas/stage-view.ts';
import { type Handlers, useKeys, useNumbers } from '../../keys/dispatch.ts';
import { ClassChoice } from '../../parts/class-choice.tsx';
import { useFrame } from '../../parts/frame.ts';
import { go, routeTo } from '../../route.ts';
import { words } from '../../words/words.ts';
import { chooseClass, classes, classNow, colourOf } from './classes.ts';
import { DrawTools } from './draw-tools.tsx';
import { boxesBefore, useFrameBoxes, withBox } from './frame-boxes.ts';
import { nextToDraw } from './progress.ts';
import { ProposalStrip } from './strip.tsx';

interface DrawFrameProps {
  readonly clip: ClipView;
  readonly index: number;
}

/** Pixels of the picture that an arrow moves a box, and with Shift. */
const STEP = 1;
const STRIDE = 10;

export function DrawFrame({ clip: view, index }: DrawFrameProps) {
  const { clip, frames } = view;
  const t = words.value.draw;
  const [tool, setTool] = useState<Tool>('box');
  const [picked, setPicked] = useState<{
    readonly at: number;
    readonly index: number;
    readonly clip: string;
  } | null>(null);
  const [points, setPoints] = useState(0);
  /** A box whose class is asked for: that of a new one, or of the selected. */
  const [asking, setAsking] = useState<{ readonly box: Box | null; readonly gesture: string } | null>(null);
  const { drawn, frame, proposed, put, nudge } = useFrameBoxes(clip, index);
  const boxes = drawn ?? [];
  const selected =
    picked?.clip === clip && picked.index === index && picked.at < boxes.length ? picked.at : -1;
  const select = (at: number) => setPicked({ at, index, clip });
  const last = frames === null ? Number.POSITIVE_INFINITY : frames - 1;
  const ahead = [1, 2, -1, 3, 10, -10, 4, 5].map((by) => index + by).filter((i) => i >= 0 && i <= last);
  const { picture, error } = useFrame(clip, Math.min(index, last), ahead);
  const size = picture ?? (view.width && view.height ? { width: view.width, height: view.height } : null);

  const goTo = (to: { readonly clip: string; readonly index: number } | null) => {
    if (to) go(routeTo('draw', to.clip, to.index), true);
  };
  const step = (by: number) => goTo({ clip, index: Math.min(last, Math.max(0, index + by)) });
  const add = (box: Box, label: string, gesture: string) => {
    put([...boxes, { box: [...box], label }], gesture);
    select(boxes.length);
    say(t.added(label, t.box(box)));
  };
  const draw = (box: Box, gesture: string) => {
    if (classNow.value === null) setAsking({ box, gesture });
    else add(box, classNow.value, gesture);
  };
  const change = (at: number, box: Box, gesture: string) => {
    put(withBox(boxes, at, box), gesture);
    say(t.moved(t.box(box)));
  };
  const relabel = (label: string, gesture: string) => {
    chooseClass(label);
    if (asking?.box) add(asking.box, label, asking.gesture);
    else if (selected >= 0)
      put(
        boxes.map((box, i) => (i === selected ? { ...box, label } : box)),
        gesture,
      );
    setAsking(null);
  };
  const arrow =
    (dx: number, dy: number, isSize = false) =>
    () => {
      const own = boxes[selected];
      if (!own || !size) return false;
      const box = isSize ? resizeBy(own.box, dx, dy, size) : move(own.box, dx, dy, size);
      if (!box) return;
      nudge(withBox(boxes, selected, box));
      say(t.moved(t.box(box)));
    };
  const cycle = (by: number) => () => {
    if (boxes.length === 0) return false;
    const at = selected < 0 ? (by > 0 ? 0 : boxes.length - 1) : selected + by;
    // After the last box the key leaves the picture, as it does everywhere.
    if (at < 0 || at >= boxes.length) return false;
    select(at);
    const own = boxes[at];
    if (own) say(t.selected(own.label, t.box(own.box)));
  };
  const accept = (some: typeof proposed, gesture: string) => {
    if (some.length === 0) return goTo(nextToDraw({ clip, index }));
    const own: DrawnBox[] = some.flatMap(({ box, label }) => {
      const whole = size ? inside([box[0], box[1], box[2], box[3]], size) : null;
      return whole ? [{ box: [...whole], label }] : [];
    });
    put([...boxes, ...own], gesture);
    say(t.accepted(own.length));
  };
  const actions: Handlers<'draw'> = {
    next: () => step(1),
    previous: () => step(-1),
    nextTen: () => step(10),
    previousTen: () => step(-10),
    nextProposal: () => goTo(nextToDraw({ clip, index })),
    previousProposal: () => goTo(nextToDraw({ clip, index }, true)),
    accept: () => accept(proposed, 'Enter'),
    nothing: () => {
      put([], 'E');
      say(t.empty);
      goTo(nextToDraw({ clip, index }));
    },
    copy: () => {
      const before = boxesBefore(clip, index);
      if (!before) return say(t.nothingToCopy);
      put([...boxes, ...before.map(({ box, label }) => ({ box, label }))], 'R');
      select(boxes.length);
    },
    points: () => setTool(tool === 'points' ? 'box' : 'points'),
    class: () => setAsking({ box: null, gesture: 'L' }),
    nextBox: cycle(1),
    previousBox: cycle(-1),
    remove: () => {
      if (selected < 0) return false;
      put(
        boxes.filter((_, i) => i !== selected),
        'Delete',
      );
      setPicked(null);
      say(t.removed);
    },
    cancel: () => setPicked(null),
    left: arrow(-STEP, 0),
    right: arrow(STEP, 0),
    up: arrow(0, -STEP),
    down: arrow(0, STEP),
    leftTen: arrow(-STRIDE, 0),
    rightTen: arrow(STRIDE, 0),
    upTen: arrow(0, -STRIDE),
    downTen: arrow(0, STRIDE),
    narrower: arrow(-STEP, 0, true),
    wider: arrow(STEP, 0, true),
    shorter: arrow(0, -STEP, true),
    taller: arrow(0, STEP, true),
    newBox: () => {
      if (!size) return;
      const { width: w, height: h } = size;
      draw([Math.round(w / 3), Math.round(h / 3), Math.round(w / 3), Math.round(h / 3)], 'Insert');
    },
  };
  useKeys('draw', actions);
  useNumbers('draw', (number) => {
    const label = classes.value[number - 1];
    if (label) relabel(label, String(number));
  });

  const shapes: Shape[] = [
    ...boxes.map(({ box, label }, i) => ({
      ...{ box, text: label, colour: colourOf(label), mark: null },
      isSelected: i === selected,
    })),
    ...proposed.map(({ box, label, score }) => ({
      ...{ box, colour: colourOf(label), mark: null, isProposal: true },
      text: score === null ? `${label} ?` : `${label} ${score.toFixed(2)} ?`,
    })),
  ];
  const description = `${view.file}, ${words.value.frameOf(index, frames)}. ${
    drawn === null
      ? t.notDrawn
      : boxes.length === 0
        ? t.empty
        : boxes.map(({ box, label }) => `${label}: ${t.box(box)}`).join('; ')
  }`;
  return (
    <div class="room draw">
      <ProposalStrip
        proposals={proposals.value}
        {...{ clip, index }}
        onChoose={(to, at) => goTo({ clip: to, index: at })}
      />
      <div class="picture">
        <Stage
          {...{ picture, shapes, tool, description }}
          colour={classNow.value === null ? '#fff' : colourOf(classNow.value)}
          editable={boxes.map((_, i) => i)}
          onDraw={draw}
          onChange={(at, box) => change(at, box, 'drag')}
          onSelect={(at) => {
            const some = proposed[at - boxes.length];
            if (some) accept([some], 'click');
            else select(at);
          }}
          onPoints={setPoints}
        />
        {error && <p class="stage-error">{error}</p>}
        {tool === 'points' && <p class="stage-hint">{t.pointsHint(points)}</p>}
      </div>
      <DrawTools
        {...{ view, index, frame, drawn, tool, actions, goTo, put }}
        hasProposed={proposed.length > 0}
        isSelected={selected >= 0}
        onClass={relabel}
      />
      {asking && (
        <ClassChoice
          classes={classes.value}
          onChoose={(label) => relabel(label, asking.gesture)}
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}
