/** What the exit code says. */
import { EXIT_CONFIG } from '../../runtime/supervisor/supervisor.ts';

export const EXIT = {
  ok: 0,
  /** It could not be done; the last line of standard error says why. */
  failed: 1,
  /** The command was typed in a way that cannot be done. */
  usage: 2,
  /** Done for some inputs; the others are reported by name and reason. */
  partial: 3,
  /** The configuration or the machine is not fit; starting again can't help. */
  config: EXIT_CONFIG,
  interrupted: 130,
} as const;

/** What became of an input: it may fail, or be there in part only. */
export interface InputOutcome {
  readonly failure?: string | undefined;
  readonly damage?: object | undefined;
}

/**
 * By how many of the inputs failed; half a clip is no whole one. Commands set theirs by `Outcome` alone.
 * @param leftOut parts of inputs that were left out: rows, pictures, files
 */
export function exitCodeOf(inputs: readonly InputOutcome[], leftOut = 0): number {
  const failed = inputs.filter((input) => input.failure !== undefined).length;
  if (failed > 0) return failed === inputs.length ? EXIT.failed : EXIT.partial;
  const whole = leftOut === 0 && inputs.every(({ damage }) => damage === undefined);
  return whole ? EXIT.ok : EXIT.partial;
}
