/** What is said to the person, also to screen readers; and what somebody else did meanwhile. */
import { signal } from '@preact/signals';

export interface Notice {
  readonly text: string;
  readonly bad: boolean;
}

export const notice = signal<Notice | null>(null);

let clearing: ReturnType<typeof setTimeout> | undefined;

/** @param bad stays until something else is said */
export function say(text: string, bad = false): void {
  clearTimeout(clearing);
  notice.value = { text, bad };
  if (!bad) clearing = setTimeout(() => clear(), 6_000);
}

export function clear(): void {
  notice.value = null;
}

/** What could not be done, because somebody decided otherwise meanwhile: it is kept until the person says which stands. */
export interface Conflict {
  readonly id: string;
  readonly who: string;
  readonly clip: string;
  readonly track: number | null;
  readonly index: number;
  /** Does it again, on what stands now. */
  readonly again: () => void;
}

export const conflicts = signal<readonly Conflict[]>([]);

export function settle({ id }: Conflict): void {
  conflicts.value = conflicts.value.filter((conflict) => conflict.id !== id);
}
