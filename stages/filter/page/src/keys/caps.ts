/** A chord as key caps show it. */

const SIGNS: Readonly<Record<string, string>> = {
  Shift: '⇧',
  Mod: 'Ctrl',
  Enter: '⏎',
  Backspace: '⌫',
  Delete: 'Del',
  Escape: 'Esc',
  Space: '␣',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
};

/** `Shift+ArrowLeft` is `⇧ ←`. */
export function capOf(chord: string): string {
  if (chord === '+') return chord;
  return chord
    .split('+')
    .map((part) => SIGNS[part] ?? part)
    .join(' ');
}
