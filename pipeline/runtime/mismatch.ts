/** What is wrong with a value that does not match its schema, in words that name the key. */
import type { TLocalizedValidationError } from 'typebox/error';
import { Settings } from 'typebox/system';

// Of a union every branch has its errors, and the one that is meant may be the last; the default of 8 is for fewer.
Settings.Set({ maxErrors: 256 });

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
  const allowed = errors.flatMap((error) =>
    error.keyword === 'const' && error.instancePath === first.instancePath ? [error.params.allowedValue] : [],
  );
  const values = [...new Set(allowed)];
  const rule = values.length > 0 ? `must be ${oneOf(values)}` : first.message;
  return { ...here, problem: `${here.key || 'it'} ${rule}` };
}

/** The value as a short text, for messages to people. */
export function preview(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

/**
 * The error to report: of a union's branches, one that the value means by its constants (`from: "model"`), or else one
 * whose constants it meets most of; and not the error about the schema `false` that comes before each unknown key's.
 */
function telling(errors: readonly TLocalizedValidationError[]): TLocalizedValidationError {
  const unmet = errors
    .filter(({ keyword }) => keyword === 'const')
    .map(({ schemaPath }) => branchOf(schemaPath));
  const notMeant = new Set(unmet);
  const meant = errors.filter(
    ({ keyword, schemaPath }) =>
      keyword !== 'boolean' && !branchesAround(schemaPath).some((branch) => notMeant.has(branch)),
  );
  const first =
    meant.find(({ keyword }) => keyword !== 'anyOf') ?? nearest(errors, unmet) ?? meant[0] ?? errors[0];
  if (!first) throw new TypeError('there is nothing wrong with the value');
  return first;
}

/** Where no branch is meant: the constant that is not met, in the branch with the fewest of them. */
function nearest(
  errors: readonly TLocalizedValidationError[],
  unmet: readonly (string | undefined)[],
): TLocalizedValidationError | undefined {
  const count = ({ schemaPath }: TLocalizedValidationError) =>
    unmet.filter((branch) => branch === branchOf(schemaPath)).length;
  return errors.filter(({ keyword }) => keyword === 'const').sort((a, b) => count(a) - count(b))[0];
}

/** The innermost branch that an error is of. */
function branchOf(schemaPath: string): string | undefined {
  return branchesAround(schemaPath).at(-1);
}

/** The branches of unions that an error is within, outermost first. */
function branchesAround(schemaPath: string): string[] {
  return [...schemaPath.matchAll(/\/anyOf\/\d+/g)].map(({ index, 0: step }) =>
    schemaPath.slice(0, index + step.length),
  );
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
