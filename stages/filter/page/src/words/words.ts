/** The page's language: the browser's, or the one that was chosen. */
import { computed, signal } from '@preact/signals';
import type { RecordedAt } from '../../../../../schemas/terms.ts';
import { en } from './en.ts';
import { ja } from './ja.ts';

export const LANGUAGES = ['en', 'ja'] as const;
export type Language = (typeof LANGUAGES)[number];

const KEPT = 'shika-language';

function first(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'en' || kept === 'ja') return kept;
  return navigator.language.toLowerCase().startsWith('ja') ? 'ja' : 'en';
}

export const language = signal<Language>(first());
export const words = computed(() => (language.value === 'ja' ? ja : en));

export function speak(chosen: Language): void {
  localStorage.setItem(KEPT, chosen);
  language.value = chosen;
}

/** Numbers, shares and times as the language writes them. */
export const formats = computed(() => {
  const own = navigator.languages.find((tag) => tag.startsWith(language.value));
  const locale = own ?? language.value;
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const style = { dateStyle: 'medium', timeStyle: 'short' } as const;
  const time = new Intl.DateTimeFormat(locale, style);
  const wall = new Intl.DateTimeFormat(locale, { ...style, timeZone: 'UTC' });
  return {
    number: (value: number) => number.format(value),
    share: (value: number) => share.format(value),
    time: (value: string | number) => time.format(new Date(value)),
    /** A recording's time as the clock at the camera showed it, whatever the browser's zone. */
    recorded: ({ time: iso }: RecordedAt) => wall.format(new Date(`${iso.slice(0, 19)}Z`)),
    /** Seconds as `3 min 20 s`. */
    duration: (seconds: number) => duration(seconds, words.value.units),
  };
});

function duration(seconds: number, units: { h: string; min: string; s: string }): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, min, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (h > 0) return `${h} ${units.h} ${min} ${units.min}`;
  return min > 0 ? `${min} ${units.min} ${s} ${units.s}` : `${s} ${units.s}`;
}
