/** What the parts of a clip's view wait for: something has arrived, or the clip can't be tracked any further. */
import { Condition } from '../../../pipeline/runtime/condition.ts';

export class Changes {
  readonly #condition = new Condition();
  readonly #signal: AbortSignal;
  #failure: Error | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  notify(): void {
    this.#condition.notifyAll();
  }

  /** Whoever waits, now or later, gets the error. */
  fail(error: Error): void {
    this.#failure = error;
    this.#condition.notifyAll();
  }

  /** Resolves at the next change. @throws what {@link fail} was given; the signal's reason when aborted */
  async next(): Promise<void> {
    if (this.#failure) throw this.#failure;
    await this.#condition.wait(this.#signal);
    if (this.#failure) throw this.#failure;
  }
}
