/**
 * Configuration: one YAML file and environment variables, one schema, unknown keys refused. Every stage declares its
 * section; `bus` and `log` are everybody's. `SHIKA_<SECTION>_<KEY>` overrides the file (`SHIKA_TRACKER_LOOKAHEAD=1`).
 */
import { existsSync, readFileSync } from 'node:fs';
import Type, { type Static, type TObject } from 'typebox';
import { Clone, Convert, Default, Errors } from 'typebox/value';
import { parse } from 'yaml';
import { FatalError, reasonOf } from '../errors.ts';

export const BusSection = Type.Object(
  {
    url: Type.String({
      default: 'nats://127.0.0.1:4222',
      description: 'Address of the server; NATS_URL overrides it',
    }),
    user: Type.String({ default: '', description: 'User name; empty: none' }),
    password: Type.String({ default: '', description: 'Password' }),
    ca: Type.String({ default: '', description: 'File of the certificate authority; empty: no TLS' }),
    patienceS: Type.Integer({
      default: 30,
      minimum: 1,
      maximum: 3600,
      description: 'Seconds to wait for the first connection',
    }),
    framesMaxMiB: Type.Integer({
      default: 4096,
      minimum: 16,
      maximum: 1_048_576,
      description: 'MiB of frames that may wait; a full stream stops the decoders from reading',
    }),
    clipsMaxAgeHours: Type.Integer({
      default: 24 * 90,
      minimum: 1,
      maximum: 87_600,
      description: 'Hours that clips’ events are kept',
    }),
  },
  { additionalProperties: false },
);

export const LogSection = Type.Object(
  {
    level: Type.Union(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) => Type.Literal(level)),
      { default: 'info', description: 'Least level that is written' },
    ),
    statsS: Type.Integer({
      default: 10,
      minimum: 1,
      maximum: 3600,
      description: 'Seconds between stats lines',
    }),
  },
  { additionalProperties: false },
);

/** Section name to schema. */
export type Sections = Readonly<Record<string, TObject>>;
export type Config<S extends Sections> = { [K in keyof S]: Static<S[K]> };

export interface ConfigSources {
  /** Path of the YAML file; `shika.yaml` in the working folder where it exists. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads, overrides, fills defaults in and checks.
 * @throws FatalError naming the key, what was found and what was expected
 */
export function loadConfig<S extends Sections>(sections: S, sources: ConfigSources): Config<S> {
  const written = overridden(sections, readFile(sources.file), sources.env);
  const schema = Type.Object(sections, { additionalProperties: false });
  const config = Default(schema, Convert(schema, Clone(written)));
  const [first] = Errors(schema, config);
  if (first) throw wrongKey(first, config, sections);
  return config as Config<S>; // Errors() found nothing: it is of this shape
}

function readFile(file: string | undefined): Record<string, unknown> {
  const path = file ?? 'shika.yaml';
  if (!existsSync(path)) {
    if (file === undefined) return {};
    throw new FatalError(`no configuration file ${path}`);
  }
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8')) ?? {};
  } catch (cause) {
    throw new FatalError(`${path} is not YAML: ${reasonOf(cause)}`, { cause });
  }
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new FatalError(`${path} is not a configuration`, {
      found: typeof content,
      expected: 'sections with keys',
    });
  }
  return content as Record<string, unknown>; // an object, just checked
}

/** `lookahead` → `LOOKAHEAD`, `minScore` → `MIN_SCORE`. */
function variableOf(section: string, key: string): string {
  return `SHIKA_${section}_${key.replace(/[A-Z]/g, (letter) => `_${letter}`)}`.toUpperCase();
}

function overridden(
  sections: Sections,
  written: Record<string, unknown>,
  env: ConfigSources['env'],
): Record<string, unknown> {
  const known = new Map<string, readonly [section: string, key: string]>();
  for (const [section, schema] of Object.entries(sections)) {
    for (const key of Object.keys(schema.properties)) known.set(variableOf(section, key), [section, key]);
  }
  const result: Record<string, unknown> = Object.fromEntries(Object.keys(sections).map((name) => [name, {}]));
  Object.assign(result, structuredClone(written));
  for (const [variable, [section, key]] of known) {
    const value = env[variable];
    if (value !== undefined) result[section] = { ...(result[section] as object), [key]: value };
  }
  if (env['NATS_URL'] && 'bus' in sections)
    result['bus'] = { ...(result['bus'] as object), url: env['NATS_URL'] };
  const stray = Object.keys(env).find((name) => isOurs(name, sections) && !known.has(name));
  if (stray)
    throw new FatalError(`${stray} is no configuration key`, {
      expected: `one of ${[...known.keys()].join(', ')}`,
    });
  return result;
}

function isOurs(variable: string, sections: Sections): boolean {
  return Object.keys(sections).some((section) => variable.startsWith(`SHIKA_${section.toUpperCase()}_`));
}

interface SchemaError {
  readonly instancePath: string;
  readonly message: string;
  readonly params?: unknown;
}

function wrongKey(error: SchemaError, config: unknown, sections: Sections): FatalError {
  const path = error.instancePath.split('/').filter(Boolean);
  const params = (error.params ?? {}) as { additionalProperties?: readonly string[] }; // typebox's own facts
  const stray = params.additionalProperties?.[0];
  if (stray !== undefined) {
    const section = path[0];
    const schema = section === undefined ? undefined : sections[section];
    const expected = schema ? Object.keys(schema.properties) : Object.keys(sections);
    return new FatalError(`unknown configuration key ${[...path, stray].join('.')}`, {
      expected: `one of ${expected.join(', ')}`,
    });
  }
  const found = path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    config,
  );
  return new FatalError(`configuration key ${path.join('.')}: ${error.message}`, {
    found: JSON.stringify(found),
  });
}
