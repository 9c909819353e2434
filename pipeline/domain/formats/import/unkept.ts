/**
 * What a file says and a result has no place for: counted by name, the same way in every format. A reader names the fields
 * that it uses; whatever else says something is not kept.
 */
import { isObject } from '../json.ts';

/** By name, how often. */
export type UnkeptCounts = ReadonlyMap<string, number>;

/** Names that one sentence lists. */
const MOST_NAMES = 20;

/** What tools write where nobody said anything. */
const nothingSaid = new Set(['', '0', '-', 'unspecified', 'undefined', 'none', 'null', 'false', 'default']);

export class Unkept {
  readonly #counts = new Map<string, number>();

  get counts(): UnkeptCounts {
    return this.#counts;
  }

  add(name: string, count = 1): void {
    if (count > 0) this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  /** The fields of an item that say something and are not used. @param of what stands before their names */
  rest(item: Readonly<Record<string, unknown>>, used: ReadonlySet<string>, of = ''): void {
    for (const [name, value] of Object.entries(item)) {
      if (!used.has(name) && saysSomething(value)) this.add(`${of}${name.replace(/^@/, '')}`);
    }
  }
}

/** Whether somebody said something there: not the value that a tool writes into each. */
function saysSomething(value: unknown): boolean {
  if (typeof value === 'string') return !nothingSaid.has(value.trim().toLowerCase());
  if (Array.isArray(value)) return value.some(saysSomething);
  if (isObject(value)) return Object.values(value).some(saysSomething);
  return value !== undefined && value !== null && value !== false && value !== 0;
}

/** The counts of several files, as one. */
export function sumUnkept(all: readonly UnkeptCounts[]): UnkeptCounts {
  const sum = new Unkept();
  for (const counts of all) for (const [name, count] of counts) sum.add(name, count);
  return sum.counts;
}

/** A sentence; none where all was kept. */
export function unkeptNotes(path: string, counts: UnkeptCounts): string[] {
  if (counts.size === 0) return [];
  const names = [...counts].toSorted(([, a], [, b]) => b - a).map(([name, count]) => `${name} ${count} x`);
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return [`${path}: not kept: ${names.slice(0, MOST_NAMES).join(', ')}${more}`];
}
