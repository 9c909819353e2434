/** Which class? By number, by name, or a new one. */
import { useRef } from 'preact/hooks';
import { words } from '../words/words.ts';
import { Dialog } from './dialog.tsx';

interface ClassChoiceProps {
  readonly classes: readonly string[];
  readonly onChoose: (label: string) => void;
  readonly onClose: () => void;
}

export function ClassChoice({ classes, onChoose, onClose }: ClassChoiceProps) {
  const field = useRef<HTMLInputElement>(null);
  const t = words.value;
  return (
    <Dialog title={t.classes.title} onClose={onClose}>
      <p class="quiet">{t.classes.hint}</p>
      {classes.length > 0 && (
        <ul class="choices">
          {classes.map((label, i) => (
            <li key={label}>
              <button type="button" onClick={() => onChoose(label)}>
                {i < 9 && <kbd>{i + 1}</kbd>} {label}
              </button>
            </li>
          ))}
        </ul>
      )}
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          const typed = field.current?.value.trim() ?? '';
          if (typed) onChoose(typed);
        }}
      >
        <input
          ref={field}
          aria-label={t.classes.name}
          placeholder={classes.length === 0 ? t.classes.first : t.classes.name}
          maxLength={64}
          autofocus
          onKeyDown={(event) => {
            const chosen =
              /^[1-9]$/.test(event.key) && field.current?.value === '' && classes[Number(event.key) - 1];
            if (!chosen) return;
            event.preventDefault();
            onChoose(chosen);
          }}
        />
        <button type="submit" class="primary">
          {t.save}
        </button>
      </form>
    </Dialog>
  );
}
