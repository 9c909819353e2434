/** What is wrong with one row or one picture of an input that is otherwise usable. */
import { PoisonError } from '../../runtime/errors.ts';

/** What is wrong, where, and what was expected. */
export interface Problem {
  readonly file: string;
  /** 1-based line in the file; left out where the file as a whole is meant. */
  readonly line?: number;
  /** One sentence with file, line, what was found and what was expected. */
  readonly message: string;
  readonly found: string;
  readonly expected: string;
  /** How many rows, annotations or pictures it stands for; 1 where left out. */
  readonly count?: number;
}

/** @param what is wrong, in a few words */
export function problem(
  file: string,
  line: number | undefined,
  what: string,
  facts: { found: string; expected: string; count?: number },
): Problem {
  const where = line === undefined ? file : `${file}:${line}`;
  return {
    file,
    ...(line === undefined ? {} : { line }),
    message: `${where}: ${what}; found ${facts.found}, expected ${facts.expected}`,
    ...facts,
  };
}

/** The same problem with a few more words. */
export function addTo(problem: Problem, words: string): Problem {
  return { ...problem, message: `${problem.message}${words}` };
}

/** `1 box`, `2 boxes`. */
export function counted(n: number, noun: string): string {
  const plural = /(x|s|ch)$/.test(noun) ? `${noun}es` : `${noun}s`;
  return `${n} ${n === 1 ? noun : plural}`;
}

/** `a, b, c and 4 more`. */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/**
 * Runs `read` and returns its value, or adds to `problems` what it threw and returns undefined.
 *
 * @throws anything that is not a {@link PoisonError}
 */
export function collect<T>(
  problems: Problem[],
  file: string,
  line: number | undefined,
  read: () => T,
): T | undefined {
  try {
    return read();
  } catch (error) {
    problems.push(asProblem(error, file, line));
    return undefined;
  }
}

/** A {@link PoisonError} as a problem. @throws anything else again */
export function asProblem(error: unknown, file: string, line?: number): Problem {
  if (!(error instanceof PoisonError)) throw error;
  const where = line === undefined ? file : `${file}:${line}`;
  return {
    file,
    ...(line === undefined ? {} : { line }),
    message: error.message.startsWith(file) ? error.message : `${where}: ${error.message}`,
    found: error.found ?? '',
    expected: error.expected ?? '',
  };
}
