/** Copies between rows of unlike lengths. */

/** out rows of `bytes`, `toStep` apart, from rows `fromStep` apart. */
export function copyRows(from: usize, fromStep: usize, to: usize, toStep: usize, rows: usize, bytes: usize): void {
  for (let row: usize = 0; row < rows; row++, from += fromStep, to += toStep) {
    let i: usize = 0;
    for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i));
    for (; i + 4 <= bytes; i += 4) store<u32>(to + i, load<u32>(from + i));
  }
}
