/** What changed, to every page that is open: events are numbered, so that one that was away is told what it missed. */
import type { LiveEvent } from './api.ts';

type Unnumbered<E> = E extends LiveEvent ? Omit<E, 'at'> : never;
export type NewEvent = Unnumbered<LiveEvent>;

/** Events that are kept for pages that come back. */
const KEPT = 2_000;

export class Live {
  readonly #listeners = new Set<(event: LiveEvent) => void>();
  readonly #kept: LiveEvent[] = [];
  /** Above all numbers of a server that ran before, so that a page which comes back from one is told to ask anew. */
  #at = Date.now();

  get at(): number {
    return this.#at;
  }

  send(event: NewEvent): void {
    this.#at += 1;
    const numbered = { ...event, at: this.#at } as LiveEvent; // a NewEvent with its number is one
    this.#kept.push(numbered);
    if (this.#kept.length > KEPT) this.#kept.shift();
    for (const listener of this.#listeners) listener(numbered);
  }

  /**
   * @param after the last event that the page saw; null for a new page
   * @returns what it missed; null where that is not known any more, and everything has to be asked for again
   */
  missed(after: number | null): LiveEvent[] | null {
    if (after === null) return [];
    if (after > this.#at) return null;
    const first = this.#kept[0]?.at ?? this.#at + 1;
    return after + 1 < first ? null : this.#kept.filter(({ at }) => at > after);
  }

  /** @returns ends it */
  listen(listener: (event: LiveEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
