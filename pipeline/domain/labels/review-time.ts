/** How long people took to decide on labels, from what each decision says of itself. */
import type { LabelReviewed } from '../../../schemas/label-reviewed.ts';

/** The pace is that of so many minutes in which anything was decided. */
const PACE_MINUTES = 10;

/** `2026-11-01T09:00` of an ISO time. */
const MINUTE = 16;

/** Decisions are added one by one, in the order of the log. */
export class ReviewTime {
  /** Each decision of an action says how long all of it took. */
  readonly #actions = new Set<string>();
  /** Who decided when, where it is known how long it took. */
  readonly #moments = new Set<string>();
  /** Labels decided on in each of the last minutes. */
  readonly #minutes = new Map<string, number>();
  #ms = 0;

  add({ decision, action, from, to, by, at, tookMs }: LabelReviewed): void {
    if (by === 'auto') return;
    if (decision === 'accepted' || decision === 'rejected' || decision === 'corrected')
      this.#count(at.slice(0, MINUTE), to - from + 1);
    if (tookMs === undefined) return;
    const moment = momentOf(by, at);
    this.#moments.add(moment);
    const name = action ?? moment;
    if (this.#actions.has(name)) return;
    this.#actions.add(name);
    this.#ms += tookMs;
  }

  /** Of all decisions that say how long they took, those that were taken back later included: they took as long. */
  get seconds(): number {
    return this.#ms / 1000;
  }

  /** In the last ten minutes in which anything was decided; null where nothing was. */
  get labelsPerMinute(): number | null {
    if (this.#minutes.size === 0) return null;
    const labels = [...this.#minutes.values()].reduce((sum, count) => sum + count, 0);
    return labels / this.#minutes.size;
  }

  /** Whether it is known how long it took to decide on a label, from who decided and when. */
  isTimed(by: string | null, at: string | null): boolean {
    return by !== null && at !== null && this.#moments.has(momentOf(by, at));
  }

  #count(minute: string, labels: number): void {
    this.#minutes.set(minute, (this.#minutes.get(minute) ?? 0) + labels);
    if (this.#minutes.size <= PACE_MINUTES) return;
    const oldest = [...this.#minutes.keys()].reduce((least, other) => (other < least ? other : least));
    this.#minutes.delete(oldest);
  }
}

function momentOf(by: string, at: string): string {
  return `${at} ${by}`;
}

/**
 * A person's seconds for each label that is good now.
 * @param good labels that stand accepted or corrected by decisions that say how long they took
 * @returns null where there is none
 */
export function secondsPerAccepted({ seconds }: ReviewTime, good: number): number | null {
  return good === 0 ? null : seconds / good;
}
