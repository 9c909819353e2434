/** Brightness and contrast of what is shown: in infrared an animal may be hard to see. Nothing that is kept changes. */
import type { Look } from './canvas/paint.ts';
import { t } from './words.ts';

export const plain: Look = { brightness: 1, contrast: 1 };

interface LookSlidersProps {
  readonly look: Look;
  readonly onChange: (look: Look) => void;
}

export function LookSliders({ look, onChange }: LookSlidersProps) {
  return (
    <fieldset class="look">
      <legend>
        {t('brightness')} · {t('contrast')}
      </legend>
      {(['brightness', 'contrast'] as const).map((key) => (
        <input
          key={key}
          type="range"
          min={0.4}
          max={4}
          step={0.05}
          value={look[key]}
          aria-label={t(key)}
          onInput={(event) => onChange({ ...look, [key]: Number(event.currentTarget.value) })}
          onDblClick={() => onChange({ ...look, [key]: 1 })}
        />
      ))}
    </fieldset>
  );
}
