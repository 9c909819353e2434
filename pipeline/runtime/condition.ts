/** A condition variable: whoever waits is woken by the next change, however many wait. */
import { EventEmitter, once } from 'node:events';

const CHANGE = 'change';

export class Condition {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  /** Wakes all who wait now. */
  notifyAll(): void {
    this.#emitter.emit(CHANGE);
  }

  /**
   * Resolves at the next change. A change that comes first is not remembered: check, then wait, with no `await` between.
   * @throws the signal's reason when aborted
   */
  async wait(signal?: AbortSignal): Promise<void> {
    try {
      await once(this.#emitter, CHANGE, signal ? { signal } : {});
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  }
}
