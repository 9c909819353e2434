/** What a command could not use, said as it is found: the exit code follows from it, the same way for every command. */
import { exitCodeOf, type InputOutcome } from './exit.ts';
import { print } from './terminal.ts';

/** What was left out of an input, in one sentence. */
interface LeftOut {
  readonly message: string;
  /** How many rows, annotations or pictures it stands for; 1 where left out. */
  readonly count?: number;
}

export class Outcome {
  readonly #leftOut = new Map<string, number>();

  /** How much was left out. */
  get leftOut(): number {
    return [...this.#leftOut.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Names what was left out; what was named before is not named again. */
  leaveOut(problems: readonly LeftOut[]): void {
    for (const { message, count = 1 } of problems) {
      if (!this.#leftOut.has(message)) print(`left out: ${message}`);
      this.#leftOut.set(message, count);
    }
  }

  /** Says what a person should know and nothing is wrong with. */
  note(lines: readonly string[]): void {
    for (const line of lines) print(line);
  }

  /**
   * Sets the exit code: partial where anything was left out or an input failed, failed where all did.
   * @param inputs what became of each
   */
  end(inputs: readonly InputOutcome[] = []): void {
    process.exitCode = exitCodeOf(inputs, this.leftOut);
  }
}
