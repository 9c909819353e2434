/** So many things at once, what is needed most first. */

/** It was dropped before its turn came. */
export class DroppedError extends Error {
  override readonly name = 'DroppedError';
}

interface Waiting {
  readonly key: string;
  need: number;
  readonly begin: () => Promise<void>;
  readonly drop: () => void;
}

export class Turns {
  readonly #atOnce: number;
  #waiting: Waiting[] = [];
  #running = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /**
   * @param need 0 comes before 1; of the same need, the first comes first
   * @throws DroppedError where it was dropped before its turn
   */
  take<T>(key: string, need: number, work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const begin = () => work().then(resolve, reject);
      this.#waiting.push({ key, need, begin, drop: () => reject(new DroppedError(key)) });
      this.#next();
    });
  }

  /** What is waiting is needed now. */
  hurry(key: string): void {
    const waiting = this.#waiting.find((one) => one.key === key);
    if (waiting) waiting.need = 0;
  }

  drop(isUseless: (key: string, need: number) => boolean): void {
    const useless = this.#waiting.filter(({ key, need }) => isUseless(key, need));
    this.#waiting = this.#waiting.filter((waiting) => !useless.includes(waiting));
    for (const { drop } of useless) drop();
  }

  #next(): void {
    if (this.#running >= this.#atOnce || this.#waiting.length === 0) return;
    const first = this.#waiting.reduce((best, waiting) => (waiting.need < best.need ? waiting : best));
    this.#waiting.splice(this.#waiting.indexOf(first), 1);
    this.#running += 1;
    void first.begin().finally(() => {
      this.#running -= 1;
      this.#next();
    });
  }
}
