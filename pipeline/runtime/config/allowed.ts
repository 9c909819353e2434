/** What a configuration key may hold, in words: for error messages and for the table in the README. */
import type { TSchema } from 'typebox';

/** The parts of a key's JSON Schema that configuration uses. */
interface KeySchema {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly const?: unknown;
  readonly anyOf?: readonly KeySchema[];
  readonly default?: unknown;
  readonly description?: string;
}

export function keySchema(schema: TSchema): KeySchema {
  return schema; // every JSON Schema may have these
}

/** E.g. `integer, 1 to 256`, or `auto | gpu | native | wasm`. */
export function allowed(schema: TSchema): string {
  const { type = 'anything', minimum, maximum, anyOf } = keySchema(schema);
  if (anyOf) return anyOf.map((branch) => String(branch.const)).join(' | ');
  if (minimum !== undefined && maximum !== undefined) return `${type}, ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `${type}, at least ${minimum}`;
  if (maximum !== undefined) return `${type}, at most ${maximum}`;
  return type === 'string' ? 'text' : type;
}

/** An environment variable's text as the value that the schema wants; the text itself where it is none. */
export function fromText(schema: TSchema, text: string): unknown {
  const { type } = keySchema(schema);
  if ((type === 'integer' || type === 'number') && text.trim() !== '') {
    const number = Number(text);
    return Number.isNaN(number) ? text : number;
  }
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
