/** Asks a person before something that is rarely meant. */
import { createInterface } from 'node:readline/promises';
import { UsageError } from '../../runtime/errors.ts';

/** @throws UsageError where the answer is anything but yes */
export async function confirm(question: string): Promise<void> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`${question} [y/N] `);
  prompt.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('nothing was decided');
}
