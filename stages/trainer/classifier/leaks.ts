/** Splits without leaks: the same picture in the training and in the held-out pictures would flatter the score. */
import { type InspectedExample, sharedWith } from './inspect.ts';

/** Training and held-out pictures that share none. */
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
  const coveredClasses = new Set(learnt.filter((example) => !leaked.has(example)).map(({ label }) => label));
  const irreplaceable = [...leaked].filter(({ label }) => !coveredClasses.has(label));
  for (const example of irreplaceable) leaked.delete(example);
  const unscored = new Set(sharedWith(held, irreplaceable));
  const leak =
    (message: string) =>
    ({ name }: InspectedExample) => ({ kind: 'leak' as const, name, message });
  return {
    examples: learnt.filter((example) => !leaked.has(example)),
    heldOut: held.filter((example) => !unscored.has(example)),
    leaks: [
      ...[...leaked].map(leak('the same picture is held out')),
      ...[...unscored].map(leak('the same picture is trained on, and its class has no others')),
    ],
  };
}
