/** Waits while a person reviews in the studio. */
import { createInterface } from 'node:readline/promises';
import { UsageError } from '../../runtime/errors.ts';

/**
 * @param address of the studio, with its token
 * @throws UsageError where there is no terminal to ask on
 */
export async function askReview(address: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new UsageError('--review studio needs a terminal to wait on', { expected: '--review auto' });
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  await prompt.question(
    `Labels are ready. Look through them at ${address}, accept or reject; then press Enter here. `,
  );
  prompt.close();
}
