/** How far a step is, for whoever waits; the terminal draws bars from it. */
export interface Meter {
  /** `total` 0: not known yet. */
  update(done: number, total: number, note?: string): void;
  /** A line beside it. */
  print(text: string): void;
  /** Ends the meter with a line. */
  done(note?: string): void;
}

export interface Meters {
  start(name: string): Meter;
}

/** Shows nothing. */
export const noMeters: Meters = { start: () => ({ update() {}, print() {}, done() {} }) };
