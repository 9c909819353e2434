/** How long a decision took: from when something was shown, or from the decision before it. */
import { useEffect, useRef } from 'preact/hooks';

/** The API's longest, ms. */
const LONGEST = 3_600_000;

/** @param shown changes where something else is shown */
export function useTimed(shown: string): (key: string) => { readonly tookMs: number; readonly key: string } {
  const since = useRef(performance.now());
  useEffect(() => {
    since.current = performance.now();
  }, [shown]);
  return (key) => {
    const now = performance.now();
    const tookMs = Math.min(LONGEST, Math.round(now - since.current));
    since.current = now;
    return { tookMs, key };
  };
}
