/**
 * How long a decision took: a person's time since the decision before it, or since what it is about was opened. What they
 * looked at in between and left as it is took its time, too.
 */
import { useEffect } from 'preact/hooks';
import { ActiveTime } from './active-time.ts';

/** The API's longest, ms. */
const LONGEST = 3_600_000;

const active = new ActiveTime();
let isWatching = false;

function watch(): void {
  if (isWatching) return;
  isWatching = true;
  const touch = () => active.touch(performance.now());
  for (const kind of ['keydown', 'pointerdown', 'pointermove', 'wheel'])
    addEventListener(kind, touch, { capture: true, passive: true });
}

/** @param shown what decisions are about; the clock begins anew where that is something else */
export function useTimed(shown: string): (key: string) => { readonly tookMs: number; readonly key: string } {
  useEffect(() => {
    watch();
    active.show(shown, performance.now());
  }, [shown]);
  return (key) => ({ tookMs: Math.min(LONGEST, Math.round(active.take(performance.now()))), key });
}
