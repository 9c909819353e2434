/**
 * The bus as an AsyncAPI 3.0 document: which messages travel on which subjects with which headers, how streams keep
 * them, and which stage takes, gives and reads them. `node deploy/asyncapi.ts` writes `deploy/asyncapi.json`; a
 * test fails when it is stale. This is a program over the declarations; no message imports it.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Static, TSchema } from 'typebox';
import { Default } from 'typebox/value';
import project from '../package.json' with { type: 'json' };
import { streams } from '../pipeline/runtime/bus/topology.ts';
import { BusSection } from '../pipeline/runtime/config/config.ts';
import type { Stage, Take } from '../pipeline/runtime/stage/stage.ts';
import { workSource } from '../pipeline/runtime/stage/work-source.ts';
import { Dead } from '../schemas/dead.ts';
import { messages } from '../schemas/index.ts';
import type { MessageType } from '../schemas/message.ts';
import { type StageEntry, stages } from '../stages/index.ts';

type Json = { readonly [key: string]: unknown };

const CONTENT_TYPES = {
  json: 'application/json',
  jpeg: 'image/jpeg',
  bytes: 'application/octet-stream',
} as const;

/** `shika.clip.arrived.v1` → `clipArrived`. */
function nameOf({ type }: MessageType): string {
  return camel(type.split('.').slice(1, -1));
}

function camel(words: readonly string[]): string {
  return words.map((word, i) => (i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('');
}

function ref(...path: readonly string[]): Json {
  return { $ref: `#/${path.join('/')}` };
}

/** Parameters that are no key of the body. */
const PARAMETERS: Readonly<Record<string, string>> = {
  stage: 'Name of the stage',
  subject: 'Subject of the message that died: one token or more',
};

function channel(type: MessageType): Json {
  const names = [...type.subject.matchAll(/\{(\w+)>?\}/g)].map((match) => match[1] ?? '');
  const properties = propertiesOf(type);
  return {
    address: type.subject.replace('>}', '}'),
    summary: type.summary,
    messages: { [nameOf(type)]: ref('components', 'messages', nameOf(type)) },
    parameters: Object.fromEntries(
      names.map((name) => {
        const description = PARAMETERS[name] ?? properties[name]?.description ?? `The body’s \`${name}\``;
        return [name, { description }];
      }),
    ),
    'x-stream': type.stream,
    'x-first-write-wins': type.once ?? false,
  };
}

/** Of a body that is a union, those of all its branches. */
function propertiesOf({ schema }: MessageType): Readonly<Record<string, { readonly description?: string }>> {
  const branches = 'anyOf' in schema ? (schema.anyOf as TSchema[]) : [schema]; // a union's are schemas
  return Object.assign({}, ...branches.map((branch) => ('properties' in branch ? branch.properties : {})));
}

function message(type: MessageType): Json {
  const name = nameOf(type);
  const json = type.body === 'json';
  const contentType = CONTENT_TYPES[type.body];
  const body = ref('components', 'schemas', name);
  return {
    name: type.type,
    title: name,
    summary: type.summary,
    contentType,
    headers: headersOf(type),
    payload: json ? body : { type: 'string', format: 'binary', contentMediaType: contentType },
    examples: [type.examples.valid, ...Object.values(type.examples.variants ?? {})].map((example) => ({
      headers: exampleHeaders(type, example),
      ...(json ? { payload: example } : {}),
    })),
  };
}

/** By the CloudEvents NATS binding in binary mode. */
function headersOf(type: MessageType): Json {
  const text = (description: string, more: Json = {}) => ({ type: 'string', description, ...more });
  const properties = {
    'ce-specversion': { type: 'string', const: '1.0' },
    'ce-id': text('Made from the input’s id: a repeat has the same'),
    'ce-type': { type: 'string', const: type.type },
    'ce-source': text('Who published it, `/shika/<stage>`'),
    'ce-subject': text('The subject it was published on'),
    'ce-time': text('When it was published', { format: 'date-time' }),
    traceparent: text('W3C trace context: one trace from a clip’s arrival on', {
      pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$',
    }),
    'content-type': { type: 'string', const: CONTENT_TYPES[type.body] },
    'Nats-Msg-Id': text('Equal to `ce-id`, but for a person’s replay'),
  };
  if (type.body === 'json') return { type: 'object', required: Object.keys(properties), properties };
  const facts = text('What is known of the body, as JSON', {
    contentMediaType: 'application/json',
    contentSchema: ref('components', 'schemas', nameOf(type)),
  });
  return {
    type: 'object',
    required: [...Object.keys(properties), 'ce-facts'],
    properties: { ...properties, 'ce-facts': facts },
  };
}

function exampleHeaders(type: MessageType, example: unknown): Json {
  const body = example as Json; // bodies are objects
  const subject = type.subject.replace(/\{(\w+)>?\}/g, (_, name: string) => String(body[name] ?? name));
  return {
    'ce-specversion': '1.0',
    'ce-id': subject,
    'ce-type': type.type,
    'ce-source': '/shika/cli',
    'ce-subject': subject,
    'ce-time': '2026-11-01T09:00:00.000Z',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    'content-type': CONTENT_TYPES[type.body],
    'Nats-Msg-Id': subject,
    ...(type.body === 'json' ? {} : { 'ce-facts': JSON.stringify(body) }),
  };
}

function operation(action: 'send' | 'receive', type: MessageType, summary: string, more: Json = {}): Json {
  return {
    action,
    summary,
    channel: ref('channels', nameOf(type)),
    messages: [ref('channels', nameOf(type), 'messages', nameOf(type))],
    ...more,
  };
}

function operations({ name, summary, guarantee, takes, gives, reads }: Stage): [string, Json][] {
  const tags = [{ name, description: `${summary}. ${guarantee}` }];
  const id = (verb: string, type: MessageType) => `${name}_${verb}_${nameOf(type)}`;
  return [
    ...takes.map((take): [string, Json] => [
      id('takes', take.type),
      operation('receive', take.type, `${name} takes it: one process, which acknowledges it`, {
        tags,
        'x-consumer': consumer(name, take),
      }),
    ]),
    ...reads.map((type): [string, Json] => [
      id('reads', type),
      operation('receive', type, `${name} reads it without owning it`, { tags }),
    ]),
    ...[...gives, Dead].map((type): [string, Json] => [
      id('gives', type),
      operation('send', type, `${name} gives it`, { tags }),
    ]),
  ];
}

function consumer(stage: string, take: Take): Json {
  const { durable, subject, ackWaitS } = workSource(stage, take);
  return { durable, subject, ackWaitS, attempts: take.attempts };
}

/** The whole document. */
export async function asyncApi(): Promise<Json> {
  const { framesMaxMiB, clipsMaxAgeHours } = Default(BusSection, {}) as Static<typeof BusSection>; // every key has a default
  const declared = await Promise.all(Object.values<StageEntry>(stages).map(({ load }) => load()));
  const byName = <T>(describe: (type: MessageType) => T) =>
    Object.fromEntries(messages.map((type) => [nameOf(type), describe(type)]));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Shika',
      version: project.version,
      description: `${project.description} Made by \`node deploy/asyncapi.ts\`; do not edit.`,
      license: { name: project.license },
    },
    defaultContentType: CONTENT_TYPES.json,
    channels: byName(channel),
    operations: Object.fromEntries(declared.flatMap(operations)),
    components: { messages: byName(message), schemas: byName(({ schema }) => schema) },
    'x-streams': streams({ framesMaxBytes: framesMaxMiB * 2 ** 20, clipsMaxAgeHours }),
  };
}

/** As it is in the file: what JSON can't hold is gone, keys in a fixed order. */
export async function asyncApiText(): Promise<string> {
  return `${JSON.stringify(await asyncApi(), null, 2)}\n`;
}

export const ASYNCAPI_FILE = join(import.meta.dirname, 'asyncapi.json');

if (process.argv[1] === import.meta.filename) await writeFile(ASYNCAPI_FILE, await asyncApiText());
