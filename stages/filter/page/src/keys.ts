/** Keys of the rooms: one table for what they do and for the help that lists them. */
import { useEffect } from 'preact/hooks';
import { type Language, language } from './words.ts';

export interface Key {
  /** As `KeyboardEvent.key`; several where any of them will do. */
  readonly keys: readonly string[];
  readonly does: readonly [en: string, ja: string];
  readonly run: (event: KeyboardEvent) => void;
}

/** Listens while the room is open; where somebody types a word, its letters are no keys. */
export function useKeys(table: readonly Key[]): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.isComposing) return;
      const name = `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`;
      const shifted = event.shiftKey ? `Shift+${name}` : name;
      const entry =
        table.find(({ keys }) => keys.includes(shifted)) ?? table.find(({ keys }) => keys.includes(name));
      if (!entry) return;
      event.preventDefault();
      entry.run(event);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type !== 'range' && target.type !== 'checkbox';
  return target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
}

export function describe({ does }: Key, now: Language = language.value): string {
  return does[now === 'en' ? 0 : 1];
}

/** For whom a key's name is no word. */
export function keyName(key: string): string {
  const names: Readonly<Record<string, string>> = {
    ArrowLeft: '←',
    ArrowRight: '→',
    ArrowUp: '↑',
    ArrowDown: '↓',
    Enter: '↵',
    Delete: 'Del',
    Backspace: '⌫',
    ' ': '␣',
  };
  const parts = key.split('+');
  return parts.map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join(' + ');
}
