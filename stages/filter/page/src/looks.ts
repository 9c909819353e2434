/** Dark or light: the system's, or what was chosen; and the language, for the browser's own parts. */
import { effect, signal } from '@preact/signals';
import { language } from './words/words.ts';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEPT = 'shika-theme';

export const theme = signal<Theme>(THEMES.find((name) => name === localStorage.getItem(KEPT)) ?? 'auto');

export function choose(chosen: Theme): void {
  localStorage.setItem(KEPT, chosen);
  theme.value = chosen;
}

/** Puts both on the document, now and at every change. */
export function keepLooks(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    document.documentElement.lang = language.value;
  });
}
