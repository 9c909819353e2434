/** Leads a key to the view that is open: the last one that began to listen is asked first. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type Action, actionOf, type Scope } from './bindings.ts';
import { chordOf } from './chord.ts';

/** What a view does at an action; false where it does nothing, so that the view behind it is asked. */
export type Handlers<S extends Scope> = { readonly [A in Action<S>]?: () => unknown };

interface Listener {
  readonly scope: Scope;
  /** @returns false where the chord means nothing here */
  readonly handle: (chord: string) => boolean;
}

const listeners: Listener[] = [];

/** Views that are listening, the last one first: what `?` shows. */
export function listening(): readonly Scope[] {
  return [...new Set(listeners.map(({ scope }) => scope))].reverse();
}

/** The view listens to its keys for as long as it is shown. */
export function useKeys<S extends Scope>(scope: S, handlers: Handlers<S>): void {
  const current = useRef(handlers);
  current.current = handlers;
  useLayoutEffect(() => {
    const handle = (chord: string) => {
      const action = actionOf(scope, chord);
      const act = action && current.current[action];
      return act ? act() !== false : false;
    };
    return listen({ scope, handle });
  }, [scope]);
}

/** Number keys 1 to 9. */
export function useNumbers(scope: Scope, choose: (number: number) => void): void {
  const current = useRef(choose);
  current.current = choose;
  useLayoutEffect(() => {
    const handle = (chord: string) => {
      const isNumber = /^[1-9]$/.test(chord);
      if (isNumber) current.current(Number(chord));
      return isNumber;
    };
    return listen({ scope, handle });
  }, [scope]);
}

function listen(listener: Listener): () => void {
  listeners.push(listener);
  return () => {
    listeners.splice(listeners.indexOf(listener), 1);
  };
}

/** Fields keep their keys, dialogs all of them, a button that has the focus those that press it. */
function isTaken(target: EventTarget | null, chord: string): boolean {
  if (document.querySelector('dialog:modal')) return true;
  if (!(target instanceof HTMLElement)) return false;
  const isField = target.matches('input:not([type=checkbox]):not([type=range]), textarea, select');
  if (isField) return true;
  if (target.matches('input[type=range]')) return /^(Arrow|Page|Home|End)/.test(chord);
  const isPressed = chord === 'Enter' || chord === 'Space';
  return isPressed && target.matches('button, a[href], summary, input, [role=option]');
}

export function dispatchKeys(): void {
  addEventListener('keydown', (event) => {
    const chord = chordOf(event);
    if (event.isComposing || event.defaultPrevented || isTaken(event.target, chord)) return;
    const taker = listeners.findLast(({ handle }) => handle(chord));
    if (taker) event.preventDefault();
  });
  // A button that was clicked gives the keys back; one that was reached by keys keeps them.
  addEventListener('click', ({ detail, target }) => {
    if (detail > 0 && target instanceof Element) target.closest('button')?.blur();
  });
}
