/** Which animal a box is of: by number key, by name, or a new one. */
import { classes } from './api/store.ts';
import { t } from './words.ts';

const COLOURS = [
  '#ffd24d',
  '#5ec8f2',
  '#f2885e',
  '#9be36f',
  '#d99bf2',
  '#f26fa5',
  '#6fe3c9',
  '#c9b458',
  '#8fa5ff',
];

/** The same class has the same colour as long as classes come in the same order. */
export function colourOf(label: string): string {
  const at = classes.value.indexOf(label);
  return COLOURS[Math.max(0, at) % COLOURS.length]!; // within the list
}

interface ClassPickerProps {
  readonly chosen: string;
  readonly onChoose: (label: string) => void;
}

export function ClassPicker({ chosen, onChoose }: ClassPickerProps) {
  const known = classes.value.includes(chosen) ? classes.value : [...classes.value, chosen];
  return (
    <fieldset class="classes">
      <legend>{t('class')}</legend>
      {known.map((name, i) => (
        <button type="button" key={name} aria-pressed={name === chosen} onClick={() => onChoose(name)}>
          {i < 9 && <kbd>{i + 1}</kbd>} {name}
        </button>
      ))}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const field = event.currentTarget.elements.namedItem('class');
          if (!(field instanceof HTMLInputElement)) return;
          const name = field.value.trim();
          if (name) onChoose(name);
          field.value = '';
          field.blur();
        }}
      >
        <input
          name="class"
          maxLength={64}
          placeholder={t('newClass')}
          aria-label={t('newClass')}
          autocomplete="off"
        />
      </form>
    </fieldset>
  );
}
