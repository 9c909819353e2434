/** Waits while a person reviews in another terminal. */
import { createInterface } from 'node:readline/promises';
import { UsageError } from '../../runtime/errors.ts';

/** @throws UsageError where there is no terminal to ask on */
export async function askReview(jobFolder: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new UsageError('--review ui needs a terminal to wait on', { expected: '--review auto' });
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  await prompt.question(
    `Labels are ready. Look through them: \`npx shika review list --out ${jobFolder}\`, accept or reject; then press Enter. `,
  );
  prompt.close();
}
