/** Keeps apart what is learnt from and what is scored on: the same picture on both sides would flatter the score. */
import { type InspectedExample, sharedWith } from './inspect.ts';

export interface LeakFreeSplit {
  readonly examples: readonly InspectedExample[];
  readonly heldOut: readonly InspectedExample[];
  /** What was left out of either, and why. */
  readonly leaks: readonly { readonly kind: 'leak'; readonly name: string; readonly message: string }[];
}

/**
 * Scored is what is held out: of the pictures to learn from, those that are also there are left out. Only a class that
 * would then have nothing to learn from (an animal that never moves) keeps its pictures and is scored on the others.
 */
export function splitWithoutLeaks(
  learnt: readonly InspectedExample[],
  held: readonly InspectedExample[],
): LeakFreeSplit {
  const leaked = new Set(sharedWith(learnt, held));
  const left = new Set(learnt.filter((one) => !leaked.has(one)).map(({ label }) => label));
  const kept = [...leaked].filter(({ label }) => !left.has(label));
  for (const one of kept) leaked.delete(one);
  const unscored = new Set(sharedWith(held, kept));
  const leak =
    (message: string) =>
    ({ name }: InspectedExample) => ({ kind: 'leak' as const, name, message });
  return {
    examples: learnt.filter((one) => !leaked.has(one)),
    heldOut: held.filter((one) => !unscored.has(one)),
    leaks: [
      ...[...leaked].map(leak('it is also among those to score on')),
      ...[...unscored].map(leak('it is also among those to learn from, and its class has no others')),
    ],
  };
}
