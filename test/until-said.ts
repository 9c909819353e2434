/** Waits for a line of a command that runs. */
import assert from 'node:assert/strict';
import type { Running } from './shika.ts';

export async function untilSaid({ child, ended }: Running, what: RegExp): Promise<void> {
  let said = '';
  const heard = new Promise<void>((resolve) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk;
      if (what.test(said)) resolve();
    });
  });
  await Promise.race([heard, ended.then(() => assert.fail(`it ended without ${what}: ${said}`))]);
}
