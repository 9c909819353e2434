/** Beside the picture, below it on a phone: the label's facts, decisions, playing, and what else can be done. */
import type { LabelView } from '../../../../studio/api.ts';
import { type Action, chords } from '../../keys/bindings.ts';
import { capOf } from '../../keys/caps.ts';
import type { Handlers } from '../../keys/dispatch.ts';
import { words } from '../../words/words.ts';
import { DecisionButtons } from './decision-buttons.tsx';
import { LabelFacts } from './label-facts.tsx';
import { SPEEDS } from './playback.ts';
import { played, shownPerSecond, speed } from './player.ts';

interface TrackSideProps {
  readonly label: LabelView | undefined;
  readonly others: number;
  readonly actions: Handlers<'track'>;
}

const MORE = ['edit', 'follow', 'followBack', 'missed', 'class', 'split', 'join', 'why'] as const;

export function TrackSide({ label, others, actions }: TrackSideProps) {
  const t = words.value;
  const isPlaying = played.value !== null;
  return (
    <aside class="side" aria-label={t.review.title}>
      <LabelFacts {...{ label, others }} />
      <div class="row playing">
        <Step action="previousDoubtful" sign="⇤" actions={actions} />
        <Step action="previous" sign="‹" actions={actions} />
        <button type="button" class="primary" onClick={() => actions.play?.()}>
          {isPlaying ? `❚❚ ${t.review.pause}` : `► ${t.review.play}`}{' '}
          <span class="cap" aria-hidden="true">
            ␣
          </span>
        </button>
        <Step action="next" sign="›" actions={actions} />
        <Step action="nextDoubtful" sign="⇥" actions={actions} />
        <select
          aria-label={t.keys.track.faster}
          value={speed.value}
          onChange={(event) => {
            speed.value = SPEEDS.find((one) => one === Number(event.currentTarget.value)) ?? 1;
          }}
        >
          {SPEEDS.map((one) => (
            <option key={one} value={one}>
              {t.review.speed(one)}
            </option>
          ))}
        </select>
        {isPlaying && (
          <span class="number quiet" data-per-second={shownPerSecond.value}>
            {shownPerSecond.value}/s
          </span>
        )}
      </div>
      <DecisionButtons actions={actions} />
      <div class="more">
        {MORE.map((action) => (
          <button key={action} type="button" onClick={() => actions[action]?.()} title={t.keys.track[action]}>
            {t.review[action]}{' '}
            <span class="cap" aria-hidden="true">
              {capOf(chords('track', action)[0] ?? '')}
            </span>
          </button>
        ))}
      </div>
    </aside>
  );
}

interface StepProps {
  readonly action: Action<'track'>;
  readonly sign: string;
  readonly actions: Handlers<'track'>;
}

function Step({ action, sign, actions }: StepProps) {
  const name = words.value.keys.track[action];
  return (
    <button
      type="button"
      class="icon"
      aria-label={name}
      title={`${name} (${capOf(chords('track', action)[0] ?? '')})`}
      onClick={() => actions[action]?.()}
    >
      {sign}
    </button>
  );
}
