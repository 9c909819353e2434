/** How long a person was at something. Pure: times are the caller's, ms. */

/** Who does nothing for longer is not there: a pause counts so long at most, ms. */
const PAUSE_MS = 30_000;

export class ActiveTime {
  #shown: string | null = null;
  #active = 0;
  #last = 0;

  /** Begins anew where something else is shown. */
  show(shown: string, now: number): void {
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#active = 0;
    this.#last = now;
  }

  /** A key, a click, the mouse. */
  touch(now: number): void {
    this.#active += Math.min(PAUSE_MS, now - this.#last);
    this.#last = now;
  }

  /** @returns the time since it was shown, or since this was asked last */
  take(now: number): number {
    this.touch(now);
    const taken = this.#active;
    this.#active = 0;
    return taken;
  }
}
