/**
 * Configuration: one YAML file and environment variables, one schema, unknown keys refused. Every stage declares its
 * section; `bus` and `log` are everybody's. `SHIKA_<SECTION>_<KEY>` overrides the file (`SHIKA_TRACKER_LOOKAHEAD=1`).
 */
import { existsSync, readFileSync } from 'node:fs';
import Type, { type Static, type TObject } from 'typebox';
import { Default, Errors } from 'typebox/value';
import { parse } from 'yaml';
import { FatalError, reasonOf } from '../errors.ts';
import { type Mismatch, mismatch, preview } from '../mismatch.ts';
import { allowed, fromText } from './allowed.ts';

export const BusSection = Type.Object(
  {
    url: Type.String({
      default: 'nats://127.0.0.1:4222',
      description: 'Address of the server; NATS_URL overrides it',
    }),
    user: Type.String({ default: '', description: 'User name; empty: none' }),
    password: Type.String({ default: '', description: 'Password' }),
    ca: Type.String({ default: '', description: 'File of the certificate authority; empty: no TLS' }),
    connectTimeoutS: Type.Integer({
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
    replicas: Type.Integer({
      default: 1,
      minimum: 1,
      maximum: 5,
      description:
        'On how many nodes of a NATS cluster labels, tracks, clips, pictures, models and jobs are kept',
    }),
    workReplicas: Type.Integer({
      default: 1,
      minimum: 1,
      maximum: 5,
      description: 'The same for what can be computed again: frames, looks, boxes, explanations',
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
  const config = Default(schema, written);
  const errors = Errors(schema, config);
  if (errors.length > 0) throw wrongKey(mismatch(errors, config), sections);
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
      found: Array.isArray(content) ? 'a list' : `a ${typeof content}`,
      expected: 'sections with keys',
    });
  }
  return content as Record<string, unknown>; // an object, just checked
}

/** `tracker`, `minScore` → `SHIKA_TRACKER_MIN_SCORE`. */
export function variableOf(section: string, key: string): string {
  return `SHIKA_${section}_${key.replace(/[KM]iB|[A-Z]/g, '_$&')}`.toUpperCase();
}

/** The file's sections with what the environment says instead; a section that the file leaves empty is one. */
function overridden(
  sections: Sections,
  written: Record<string, unknown>,
  env: ConfigSources['env'],
): Record<string, unknown> {
  const variables = new Set<string>();
  const result: Record<string, unknown> = { ...written };
  for (const [section, { properties }] of Object.entries(sections)) {
    const overrides: Record<string, unknown> = {};
    for (const [key, schema] of Object.entries(properties)) {
      const variable = variableOf(section, key);
      variables.add(variable);
      const text = env[variable];
      if (text !== undefined) overrides[key] = fromText(schema, text);
    }
    if (section === 'bus' && env.NATS_URL) overrides.url = env.NATS_URL;
    const base = written[section] ?? {};
    if (typeof base === 'object' && !Array.isArray(base)) result[section] = { ...base, ...overrides };
  }
  for (const section of Object.keys(sections)) {
    const ours = (name: string) => name.startsWith(variableOf(section, ''));
    const stray = Object.keys(env).find((name) => ours(name) && !variables.has(name));
    if (stray === undefined) continue;
    const expected = `one of ${[...variables].filter(ours).join(', ')}`;
    throw new FatalError(`${stray} is no configuration key`, { expected });
  }
  return result;
}

/** Never repeated in a message. */
const SECRET = 'password';

function wrongKey({ key, problem, found }: Mismatch, sections: Sections): FatalError {
  const [section = '', name] = key.split('.');
  const known = sections[section];
  if (!known || (name !== undefined && !known.properties[name])) {
    const expected = `one of ${Object.keys(known?.properties ?? sections).join(', ')}`;
    return new FatalError(`unknown configuration key ${key}`, { expected }); // its value may be a misspelt secret's
  }
  const schema = name === undefined ? undefined : known.properties[name];
  return new FatalError(`configuration key ${problem}`, {
    found: name === SECRET ? '[hidden]' : preview(found),
    expected: schema ? allowed(schema) : `keys: ${Object.keys(known.properties).join(', ')}`,
  });
}
