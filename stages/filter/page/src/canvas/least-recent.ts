/** Keeps what was used last, up to so much; what gives way is closed. */

export class LeastRecent<V> {
  readonly #kept = new Map<string, V>();
  readonly #room: number;
  readonly #sizeOf: (value: V) => number;
  readonly #close: (value: V) => void;
  #held = 0;

  /**
   * @param room the most that is kept, in the unit of `sizeOf`
   * @param close is called with each value that gives way
   */
  constructor(room: number, sizeOf: (value: V) => number, close: (value: V) => void) {
    this.#room = room;
    this.#sizeOf = sizeOf;
    this.#close = close;
  }

  get held(): number {
    return this.#held;
  }

  get(key: string): V | undefined {
    const value = this.#kept.get(key);
    if (value === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, value);
    return value;
  }

  /** The newest stays, however large it is. */
  set(key: string, value: V): void {
    this.#drop(key);
    this.#kept.set(key, value);
    this.#held += this.#sizeOf(value);
    for (const oldest of this.#kept.keys()) {
      if (this.#held <= this.#room || oldest === key) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const value = this.#kept.get(key);
    if (value === undefined) return;
    this.#kept.delete(key);
    this.#held -= this.#sizeOf(value);
    this.#close(value);
  }
}
