/** Bounds how much of something (memory, mostly) is in hand at once, however many ask for it; first come, first served. */

interface Waiting {
  readonly amount: number;
  readonly begin: () => void;
}

export class Budget {
  readonly #total: number;
  readonly #waiting: Waiting[] = [];
  #left: number;

  /** @param total in the caller's unit */
  constructor(total: number) {
    this.#total = total;
    this.#left = total;
  }

  /**
   * Works when `amount` is free. What asks for more than there is in all has everything for itself. Work must not ask
   * the same budget again: it could wait for itself.
   */
  async spend<T>(amount: number, work: () => Promise<T>): Promise<T> {
    const taken = Math.min(amount, this.#total);
    await this.#take(taken);
    try {
      return await work();
    } finally {
      this.#left += taken;
      this.#serve();
    }
  }

  #take(amount: number): Promise<void> {
    return new Promise((begin) => {
      this.#waiting.push({ amount, begin });
      this.#serve();
    });
  }

  /** In order: a large one that waits is not passed by small ones for ever. */
  #serve(): void {
    for (let next = this.#waiting[0]; next && next.amount <= this.#left; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#left -= next.amount;
      next.begin();
    }
  }
}
