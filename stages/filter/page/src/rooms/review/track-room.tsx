/** One track under review: its frames in large, what is known of each, and a key for every decision. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ClipView, TrackView } from '../../../../studio/api.ts';
import { changedBack, decide, edit, labels } from '../../api/labels.ts';
import { say } from '../../api/notices.ts';
import type { Box } from '../../canvas/box-edit.ts';
import { Stage } from '../../canvas/stage.tsx';
import type { StageView } from '../../canvas/stage-view.ts';
import { type Handlers, useKeys, useNumbers } from '../../keys/dispatch.ts';
import { ClassChoice } from '../../parts/class-choice.tsx';
import { useFrame } from '../../parts/frame.ts';
import { useTimed } from '../../parts/timed.ts';
import { go, routeTo } from '../../route.ts';
import { words } from '../../words/words.ts';
import { classes } from '../draw/classes.ts';
import { BoxKeys } from './box-keys.tsx';
import { decideClip, decideWithin, tell, type Verdict } from './decisions.ts';
import { doubtfulFrom, firstLook } from './doubtful.ts';
import { follow } from './follow.ts';
import { JoinChoice } from './join.tsx';
import { MissedChoice } from './missed.tsx';
import { cursor, neighbour, trackKey } from './order.ts';
import { changeSpeed, play, played, stop } from './player.ts';
import { labelAt, placeOf, type Reach, runsWithin } from './runs.ts';
import { shapesOf } from './shapes.ts';
import { Timeline } from './timeline.tsx';
import { TrackBar } from './track-bar.tsx';
import { TrackSide } from './track-side.tsx';
import { WhyFigure } from './why.tsx';

interface TrackRoomProps {
  readonly view: TrackView;
  readonly clip: ClipView;
  /** The frame of the address; null: the track was opened anew. */
  readonly asked: number | null;
}

type Asking = 'class' | 'join' | 'why' | 'missed-box' | null;

/** Where a clip does not say how fast it runs. */
const USUAL_FPS = 25;

export function TrackRoom({ view, clip, asked }: TrackRoomProps) {
  const t = words.value.review;
  const key = trackKey(view);
  const own = view.labels;
  const all = labels.value.get(view.clip) ?? new Map<number, TrackView>();
  const isPlaying = played.value !== null;
  const index = played.value ?? asked ?? firstLook(own);
  const label = labelAt(own, index);
  const place = placeOf(own, index);
  const ahead = [1, 2, 3, 4, -1, 5, 6, 10, 8, -10].flatMap((by) => own[place + by]?.index ?? []);
  // While it plays, the player asks for frames and shows them.
  const { picture, error } = useFrame(view.clip, isPlaying ? (asked ?? index) : index, ahead);
  const stage = useRef<StageView | null>(null);
  const timed = useTimed('review');
  const [asking, setAsking] = useState<Asking>(null);
  /** A box that is corrected by keys, on one frame. */
  const [edited, setEdited] = useState<{ readonly at: string; readonly box: Box } | null>(null);
  const [missed, setMissed] = useState<Box | null>(null);
  const isEditing = edited?.at === `${key}/${index}`;

  useEffect(() => {
    cursor.value = key;
    if (asked === null) go(routeTo('review', view.clip, view.track, index), true);
    return stop;
  }, [key]);
  useEffect(() => {
    const back = changedBack.value;
    if (!back) return;
    changedBack.value = null;
    if (back.clip !== view.clip || back.track !== view.track || back.index !== index)
      go(routeTo('review', back.clip, back.track, back.index), true);
  }, [changedBack.value]);

  const goTo = (at: number) => go(routeTo('review', view.clip, view.track, at), true);
  const step = (by: number) => {
    // On a frame without a label of this track, the next one that has one is a step.
    const next = label || by < 0 ? place + by : place + by - 1;
    const to = own[Math.min(own.length - 1, Math.max(0, next))];
    if (to) goTo(to.index);
  };
  const toTrack = (isBack: boolean, isLeft: boolean) => {
    const next = neighbour(key, isBack, isLeft);
    if (next) go(routeTo('review', next.clip, next.track), true);
    else if (isLeft) {
      say(t.nothingLeft);
      go(routeTo('review'));
    }
  };
  const pausing = (act: () => unknown) => () => {
    stop();
    return act();
  };
  const within = (verdict: Verdict, reach: Reach, chord: string) =>
    pausing(() => {
      const count = decideWithin(view, verdict, { reach, index }, timed(chord));
      if (count === 0) return;
      const isLast = place >= own.length - 1;
      if (reach === 'track' || reach === 'on' || (reach === 'frame' && isLast)) toTrack(false, true);
      else if (reach === 'frame') step(1);
      else {
        const next = own[place + 1];
        if (next) goTo(next.index);
        else toTrack(false, true);
      }
    });
  const ofClip = (verdict: Verdict, chord: string) =>
    pausing(() => {
      if (decideClip(view.clip, verdict, timed(chord)) > 0) toTrack(false, true);
    });
  const correct = (box: Box, gesture: string) => {
    const runs = runsWithin(view, 'frame', index);
    if (runs.length === 0) return;
    decide({ decision: 'corrected', runs, box: [...box], ...timed(gesture) });
    tell('corrected', 1);
  };
  const followFrom = (direction: 'forward' | 'backward') =>
    pausing(() => {
      if (!label) return say(t.noLabel);
      const { track, clip: id } = view;
      follow({ clip: id, index, box: [...label.box], label: view.label, track, direction, ...timed('G') });
    });
  const doubtful = (isBack: boolean) =>
    pausing(() => {
      const to = doubtfulFrom(own, index, isBack);
      if (to !== null) goTo(to);
      else toTrack(isBack, true);
    });
  const wholeRun = { clip: view.clip, track: view.track, version: view.version };
  const [first, last] = [own[0]?.index ?? 0, own.at(-1)?.index ?? 0];

  const actions: Handlers<'track'> = {
    accept: within('accepted', 'frame', 'A'),
    reject: within('rejected', 'frame', 'X'),
    acceptOn: within('accepted', 'on', 'Shift+A'),
    rejectOn: within('rejected', 'on', 'Shift+X'),
    acceptUpTo: within('accepted', 'upTo', 'Alt+A'),
    rejectUpTo: within('rejected', 'upTo', 'Alt+X'),
    acceptTrack: within('accepted', 'track', 'Enter'),
    rejectTrack: within('rejected', 'track', 'Backspace'),
    acceptClip: ofClip('accepted', 'Mod+Enter'),
    rejectClip: ofClip('rejected', 'Mod+Backspace'),
    next: pausing(() => step(1)),
    previous: pausing(() => step(-1)),
    nextTen: pausing(() => step(10)),
    previousTen: pausing(() => step(-10)),
    first: pausing(() => goTo(first)),
    last: pausing(() => goTo(last)),
    nextDoubtful: doubtful(false),
    previousDoubtful: doubtful(true),
    nextTrack: pausing(() => toTrack(false, false)),
    previousTrack: pausing(() => toTrack(true, false)),
    play: () => {
      if (isPlaying) return stop();
      const from = index >= last ? first : index;
      const show = (bitmap: ImageBitmap, at: number) =>
        stage.current?.show(bitmap, shapesOf(view, all.values(), at).shapes);
      play({ clip: view.clip, fps: clip.fps ?? USUAL_FPS, last, show, ended: goTo }, from);
    },
    faster: () => changeSpeed(1),
    slower: () => changeSpeed(-1),
    edit: pausing(() => {
      if (label) setEdited({ at: `${key}/${index}`, box: label.box });
    }),
    follow: followFrom('forward'),
    followBack: followFrom('backward'),
    missed: pausing(() => {
      setAsking(asking === 'missed-box' ? null : 'missed-box');
      say(t.missedHint);
    }),
    class: pausing(() => setAsking('class')),
    split: pausing(() => {
      if (place === 0 || place >= own.length) return;
      edit({ kind: 'split', run: { ...wholeRun, from: index, to: last }, ...timed('S') });
      say(t.splitDone);
      step(-1);
    }),
    join: pausing(() => setAsking('join')),
    why: pausing(() => setAsking('why')),
    cancel: pausing(() => {
      if (asking !== null) setAsking(null);
      else go(routeTo('review'));
    }),
  };
  useKeys('track', actions);
  const classify = (name: string, gesture: string) => {
    setAsking(null);
    edit({ kind: 'class', run: { ...wholeRun, from: first, to: last }, label: name, ...timed(gesture) });
  };
  useNumbers('track', (number) => {
    const name = classes.value[number - 1];
    if (name) classify(name, String(number));
  });

  const { shapes, tracks } = shapesOf(view, all.values(), index);
  const shown = isEditing
    ? shapes.map((shape, i) => (i === 0 ? { ...shape, box: edited.box } : shape))
    : shapes;
  const description = `${clip.file}, ${words.value.frameOf(index, clip.frames)}, ${view.label}: ${
    label
      ? `${words.value.draw.box(label.box)}, ${words.value.causes[label.cause]}, ${words.value.reviews[label.review]}`
      : t.noLabel
  }`;
  return (
    <div class="room track">
      <TrackBar view={view} clip={clip} actions={actions} />
      <div class="picture">
        <Stage
          {...{ description }}
          view={stage}
          picture={picture}
          isPlaying={isPlaying}
          shapes={shown}
          editable={label && !isPlaying ? [0] : []}
          tool={asking === 'missed-box' ? 'box' : 'look'}
          colour="#ffffff"
          onChange={(_, box) => correct(box, 'drag')}
          onDraw={setMissed}
          onSelect={(at) => {
            const other = tracks[at];
            if (other !== undefined && other !== view.track)
              go(routeTo('review', view.clip, other, index), true);
          }}
        />
        {error && <p class="stage-error">{error}</p>}
        {asking === 'missed-box' && <p class="stage-hint">{t.missedHint}</p>}
        {isEditing && picture && (
          <BoxKeys
            box={edited.box}
            picture={picture}
            onChange={(box) => setEdited({ at: edited.at, box })}
            onSave={() => {
              correct(edited.box, 'E');
              setEdited(null);
            }}
            onCancel={() => setEdited(null)}
          />
        )}
      </div>
      <Timeline
        view={view}
        index={index}
        onSeek={(at) => {
          stop();
          goTo(at);
        }}
      />
      <TrackSide {...{ label, actions }} others={tracks.length - (label ? 1 : 0)} />
      {asking === 'class' && (
        <ClassChoice
          classes={classes.value}
          onChoose={(name) => classify(name, 'L')}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === 'why' && (
        <WhyFigure {...{ clip: view.clip, track: view.track, index }} onClose={() => setAsking(null)} />
      )}
      {asking === 'join' && (
        <JoinChoice
          view={view}
          others={all.values()}
          onClose={() => setAsking(null)}
          onChoose={(other) => {
            setAsking(null);
            const run = { ...wholeRun, from: 0, to: Math.max(last, clip.frames ?? last) };
            edit({ kind: 'join', run, with: other, ...timed('J') });
            say(t.joined);
          }}
        />
      )}
      {missed && (
        <MissedChoice
          classes={classes.value}
          label={view.label}
          onClose={() => setMissed(null)}
          onChoose={(name, direction) => {
            follow({ clip: view.clip, index, box: [...missed], label: name, direction, ...timed('M') });
            setMissed(null);
            setAsking(null);
          }}
        />
      )}
    </div>
  );
}
