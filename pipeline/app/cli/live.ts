/** What is asked again and again until Ctrl-C: drawn over what stood there on a terminal, one below the other elsewhere. */
import type { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

/** Home, and everything below is cleared: what is as long as before does not flicker. */
const REDRAW = '\u001b[H\u001b[J';

export interface Live {
  readonly out: Writable;
  /** Whether `out` is a terminal that a person watches. */
  readonly inPlace: boolean;
  /** Between two looks, milliseconds. */
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/**
 * Shows what each look gives, until aborted: then it ends, which is no failure.
 * @param look gives the text
 * @throws what a look throws while nobody has aborted it
 */
export async function showLive(
  look: () => Promise<string>,
  { out, inPlace, everyMs, signal }: Live,
): Promise<void> {
  let isFirst = true;
  while (!signal.aborted) {
    const text = await Promise.race([look(), aborted(signal)]);
    if (text === null) return;
    if (inPlace) out.write(`${REDRAW}${text}\n`);
    else out.write(`${isFirst ? '' : '\n'}${text}\n`);
    isFirst = false;
    await pause(everyMs, undefined, { signal }).catch(() => {}); // the loop's head sees the abort
  }
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}
