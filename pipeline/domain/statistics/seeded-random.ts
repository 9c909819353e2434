/** Random numbers that a seed repeats on every machine. */

/** Where random numbers come from. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** In [low, high). */
  between(low: number, high: number): number;
  /** In [low, high), even in the logarithm; both are positive. */
  logBetween(low: number, high: number): number;
  /** True so often. */
  chance(probability: number): boolean;
  /** One of them. @throws RangeError where there is none */
  pick<T>(items: readonly T[]): T;
  /** Mean 0, standard deviation 1. */
  normal(): number;
  /** A new order. */
  shuffle<T>(items: readonly T[]): T[];
}

/** Random numbers that can be continued elsewhere. */
export interface SeededRandom extends Random {
  /** A seed from which the numbers go on as they would here. */
  readonly state: number;
}

/** The first number of {@link seededRandom}, in [0, 1): where many things have a number each. */
export function uniformOf(seed: number): number {
  return mixed(stepped(seed));
}

function stepped(state: number): number {
  return ((state >>> 0) + 0x6d2b79f5) >>> 0;
}

function mixed(state: number): number {
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state, passes gjrand's tests. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = stepped(state);
    return mixed(state);
  };
  const index = (length: number) => Math.floor(next() * length);
  return {
    get state() {
      return state;
    },
    next,
    between: (low, high) => low + next() * (high - low),
    logBetween: (low, high) => low * (high / low) ** next(),
    chance: (probability) => next() < probability,
    pick: (items) => {
      if (items.length === 0) throw new RangeError('nothing to pick from');
      return items[index(items.length)]!;
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    shuffle: (items) => {
      const result = [...items];
      for (let i = result.length - 1; i > 0; i -= 1) {
        const j = index(i + 1);
        [result[i], result[j]] = [result[j]!, result[i]!];
      }
      return result;
    },
  };
}
