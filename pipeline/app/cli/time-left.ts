/** How fast a step goes, and how long it still takes. */

/** A step's progress over time; units are the step's own (frames, epochs, clips). */
export class Pace {
  readonly #now: () => number;
  #first: { readonly done: number; readonly at: number } | undefined;

  /** @param now milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** "12.5/s, 3 min left"; '' as long as nothing can be said. What was done before the first call took other time. */
  text(done: number, total: number): string {
    this.#first ??= { done, at: this.#now() };
    const seconds = (this.#now() - this.#first.at) / 1000;
    const rate = (done - this.#first.done) / seconds;
    if (seconds < 1 || !(rate > 0) || done >= total) return '';
    return `${rateText(rate)}, ${durationText((total - done) / rate)} left`;
  }
}

function rateText(rate: number): string {
  if (rate >= 10) return `${Math.round(rate)}/s`;
  return rate >= 1 ? `${rate.toFixed(1)}/s` : `${durationText(1 / rate)} each`;
}

/** "8 s", "3 min", "2 h 5 min". */
export function durationText(seconds: number): string {
  if (seconds < 100) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
