/**
 * What a person did, on its way to the server: in order, one after the other. Where the network is gone it is kept and
 * sent again; what the server refuses is told and not tried again.
 */
import { signal } from '@preact/signals';
import { AwayError } from './client.ts';

const AGAIN_MS = 1_500;

interface Errand {
  readonly send: () => Promise<void>;
  readonly refused: (error: Error) => void;
}

/** How many are not at the server yet. */
export const unsent = signal(0);

const waiting: Errand[] = [];
let busy = false;

/** @param refused is told why the server would not have it */
export function post(send: () => Promise<void>, refused: (error: Error) => void): void {
  waiting.push({ send, refused });
  unsent.value = waiting.length;
  void work();
}

async function work(): Promise<void> {
  if (busy) return;
  busy = true;
  for (let errand = waiting[0]; errand; errand = waiting[0]) {
    try {
      await errand.send();
    } catch (error) {
      if (error instanceof AwayError) {
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        continue;
      }
      errand.refused(error instanceof Error ? error : new Error(String(error)));
    }
    waiting.shift();
    unsent.value = waiting.length;
  }
  busy = false;
}

addEventListener('beforeunload', (event) => {
  if (waiting.length > 0) event.preventDefault();
});
