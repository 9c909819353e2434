/** An animal that was missed: what it is, and which way it is followed. */
import { useState } from 'preact/hooks';
import type { Follow } from '../../../../studio/api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { words } from '../../words/words.ts';

interface MissedProps {
  readonly classes: readonly string[];
  readonly label: string;
  readonly onChoose: (label: string, direction: Follow['direction']) => void;
  readonly onClose: () => void;
}

const WAYS: readonly Follow['direction'][] = ['both', 'forward', 'backward'];

export function MissedChoice({ classes, label, onChoose, onClose }: MissedProps) {
  const t = words.value;
  const [typed, setTyped] = useState(label);
  return (
    <Dialog title={t.review.missed} onClose={onClose}>
      <label class="field">
        {t.class}
        <input
          list="known-classes"
          value={typed}
          maxLength={64}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <datalist id="known-classes">
          {classes.map((known) => (
            <option key={known} value={known} />
          ))}
        </datalist>
      </label>
      <p>{t.review.missedWay}</p>
      <div class="row">
        {WAYS.map((way) => (
          <button
            key={way}
            type="button"
            class={way === 'both' ? 'primary' : ''}
            disabled={typed.trim() === ''}
            onClick={() => onChoose(typed.trim(), way)}
          >
            {t.review.ways[way]}
          </button>
        ))}
      </div>
    </Dialog>
  );
}
