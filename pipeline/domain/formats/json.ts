/** Values of JSON that somebody else wrote: what they are is found out one by one. */
import { reasonOf, UsageError } from '../../runtime/errors.ts';
import { readText } from './text.ts';

/** @throws UsageError where the file can't be read or is no JSON */
export async function readJson(path: string): Promise<unknown> {
  try {
    return parseJson(await readText(path));
  } catch (error) {
    throw new UsageError(`${path} can't be read`, {
      found: reasonOf(error),
      expected: 'a JSON file',
      cause: error,
    });
  }
}

/** Python writes numbers that are none as `NaN`: they are null. @throws SyntaxError where it is no JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const known = text.replace(/(?<=[:,[\s])(?:-?Infinity|NaN)(?=\s*[,\]}])/g, 'null');
    if (known === text) throw error;
    return JSON.parse(known);
  }
}

/** An object's fields; none of anything else. */
export function fields(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A list's items; none of anything else. */
export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A number, or a text that is one. */
export function numberIn(value: unknown): number | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A text of more than spaces, without those around it; numbers are texts, too. */
export function textIn(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
}

/** As many numbers as wanted. */
export function numbersIn(value: unknown, length: number): readonly number[] | undefined {
  const numbers = items(value).map(numberIn);
  return numbers.length === length ? allNumbers(numbers) : undefined;
}

/** The numbers, if all are. */
export function allNumbers(values: readonly (number | undefined)[]): readonly number[] | undefined {
  return values.every((value) => value !== undefined) ? values : undefined;
}

/** How a value is shown in a message: short. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
