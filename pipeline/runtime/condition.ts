/** A condition variable: whoever waits is woken by the next change, however many wait. */
export class Condition {
  readonly #waiting = new Set<() => void>();

  /** Wakes all who wait now. */
  notifyAll(): void {
    for (const wake of this.#waiting) wake();
  }

  /**
   * Resolves at the next change. A change that comes first is not remembered: check, then wait, with no `await` between.
   * @throws the signal's reason when aborted
   */
  wait(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const end = (settle: () => void) => {
        this.#waiting.delete(wake);
        signal?.removeEventListener('abort', abort);
        settle();
      };
      const wake = () => end(resolve);
      const abort = () => end(() => reject(signal?.reason));
      this.#waiting.add(wake);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }
}
