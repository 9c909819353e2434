/** A key as people write it: `A`, `Shift+A`, `Mod+Z`, `Alt+X`, `?`. Pure. */

/** What of a keyboard event counts. */
export interface Pressed {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const NAMES: Readonly<Record<string, string>> = { ' ': 'Space', Esc: 'Escape' };

/** `Mod` is Control, or Command on a Mac. */
export function chordOf({ key, code, ctrlKey, metaKey, altKey, shiftKey }: Pressed): string {
  // With Alt, a Mac types another letter: what counts is where the key is.
  const letter = altKey ? /^(?:Key|Digit)(.)$/.exec(code)?.[1] : undefined;
  const name = letter ?? NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  // Of a sign such as `?`, Shift is part of how it is typed.
  const isSign = name.length === 1 && !/[A-Z0-9]/.test(name);
  const modifiers = [(ctrlKey || metaKey) && 'Mod', altKey && 'Alt', shiftKey && !isSign && 'Shift'].filter(
    Boolean,
  );
  return [...modifiers, name].join('+');
}
