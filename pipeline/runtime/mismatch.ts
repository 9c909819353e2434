/** What is wrong with a value that does not match its schema, in words that name the key. */
import type { TLocalizedValidationError } from 'typebox/error';

export interface Mismatch {
  /** E.g. `anchors.0.box`; empty where the value as a whole is meant. */
  readonly key: string;
  /** E.g. `clip must match pattern "^[0-9a-f]{16}$"`. */
  readonly problem: string;
  /** What stood at the key; undefined where nothing did. */
  readonly found: unknown;
}

/** The first thing that is wrong; `errors` are those of `value`, and there is one. */
export function mismatch(errors: readonly TLocalizedValidationError[], value: unknown): Mismatch {
  const first = telling(errors);
  const path = first.instancePath.split('/').filter(Boolean);
  const at = (names: readonly string[]) => ({ key: names.join('.'), found: lookUp(value, names) });
  if (first.keyword === 'additionalProperties') {
    const unknown = at([...path, first.params.additionalProperties[0] ?? '']);
    return { ...unknown, problem: `${unknown.key} is no key of it` };
  }
  if (first.keyword === 'required') {
    const missing = at([...path, first.params.requiredProperties[0] ?? '']);
    return { ...missing, problem: `${missing.key} is missing` };
  }
  const here = at(path);
  const values = errors.flatMap((error) =>
    error.keyword === 'const' && error.instancePath === first.instancePath ? [error.params.allowedValue] : [],
  );
  const rule = values.length > 0 ? `must be ${oneOf(values)}` : first.message;
  return { ...here, problem: `${here.key || 'it'} ${rule}` };
}

/** The value as a short text, for messages to people. */
export function preview(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

/**
 * The error to report: of a union's branches, one that the value means by its constants (`from: "model"`); and not
 * the error about the schema `false` that comes before each unknown key's.
 */
function telling(errors: readonly TLocalizedValidationError[]): TLocalizedValidationError {
  const notMeant = new Set(
    errors.filter(({ keyword }) => keyword === 'const').map(({ schemaPath }) => branchOf(schemaPath)),
  );
  const meant = errors.filter(
    ({ keyword, schemaPath }) => keyword !== 'boolean' && !notMeant.has(branchOf(schemaPath) ?? 'none'),
  );
  const first = meant.find(({ keyword }) => keyword !== 'anyOf') ?? meant[0] ?? errors[0];
  if (!first) throw new TypeError('there is nothing wrong with the value');
  return first;
}

function branchOf(schemaPath: string): string | undefined {
  return /^.*\/anyOf\/\d+/.exec(schemaPath)?.[0];
}

function oneOf(values: readonly unknown[]): string {
  const texts = values.map((value) => JSON.stringify(value));
  return texts.length === 1 ? `${texts[0]}` : `one of ${texts.join(', ')}`;
}

function lookUp(value: unknown, names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (within, name) => (within as Record<string, unknown> | null | undefined)?.[name], // whatever it is, it may have keys
    value,
  );
}
