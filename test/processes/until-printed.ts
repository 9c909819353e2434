/** Waits for a line that a running command writes to standard error. */
import type { Running } from './shika.ts';

/** @throws when the command ends before it has written something that `pattern` matches */
export async function untilPrinted({ child, ended }: Running, pattern: RegExp): Promise<void> {
  let printed = '';
  const found = new Promise<void>((resolve) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      printed += chunk;
      if (pattern.test(printed)) resolve();
    });
  });
  const failed = ended.then(() => {
    throw new Error(`it ended without ${pattern}: ${printed}`);
  });
  await Promise.race([found, failed]);
}
