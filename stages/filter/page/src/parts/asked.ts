/** What is asked of the server while a part of the page is shown. */
import { useEffect, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';

export interface Asked<T> {
  readonly value: T | null;
  /** Why there is none. */
  readonly error: string | null;
  readonly again: () => void;
}

/** @param path null: nothing is asked */
export function useAsked<T>(path: string | null): Asked<T> {
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<{ path: string | null; value: T | null; error: string | null }>({
    path: null,
    value: null,
    error: null,
  });
  useEffect(() => {
    if (path === null) return;
    let isShown = true;
    ask<T>('GET', path).then(
      (value) => isShown && setState({ path, value, error: null }),
      (error: Error) => isShown && setState({ path, value: null, error: error.message }),
    );
    return () => {
      isShown = false;
    };
  }, [path, turn]);
  const own = state.path === path ? state : { value: null, error: null };
  return { value: own.value, error: own.error, again: () => setTurn(turn + 1) };
}
