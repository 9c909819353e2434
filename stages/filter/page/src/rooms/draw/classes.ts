/** Classes of the job, by number key: those of the server, and those that were drawn since. */
import { computed, signal } from '@preact/signals';
import { drawings } from '../../api/drawings.ts';
import { session, tracks } from '../../api/lists.ts';
import { classColour } from '../../canvas/colours.ts';

export const classes = computed(() => {
  const drawn = [...drawings.value.values()].flatMap(({ boxes }) => (boxes ?? []).map(({ label }) => label));
  const labelled = tracks.value.map(({ label }) => label);
  return [...new Set([...(session.value?.classes ?? []), ...drawn, ...labelled])];
});

const chosen = signal<string | null>(null);

/** The class that the next box gets; null where there is none yet. */
export const classNow = computed(() => chosen.value ?? classes.value[0] ?? null);

export function chooseClass(label: string): void {
  chosen.value = label;
}

export function colourOf(label: string): string {
  return classColour(classes.value.indexOf(label));
}
