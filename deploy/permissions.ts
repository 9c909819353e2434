/**
 * What each stage may do on the bus, derived from its declaration, as nats-server's `authorization` block.
 * `node deploy/permissions.ts` writes `deploy/permissions.conf`; a test fails when it is stale.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { STATE_BUCKET, STORES, type StoreName } from '../pipeline/runtime/bus/topology.ts';
import type { WorkSource } from '../pipeline/runtime/bus/work.ts';
import type { Stage } from '../pipeline/runtime/stage/stage.ts';
import { workSource } from '../pipeline/runtime/stage/work-source.ts';
import { ClipArrived } from '../schemas/clip-arrived.ts';
import { Dead } from '../schemas/dead.ts';
import { messages } from '../schemas/index.ts';
import { type MessageType, type StreamName, subjectOf } from '../schemas/message.ts';
import { type StageEntry, stages } from '../stages/index.ts';

export interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** Subjects of answers; nats.js makes one below it for each connection. */
const INBOX = '_INBOX.>';

/** A stage's, from its declaration alone. */
export function permissionsOf({ name, takes, gives, reads, keeps }: Stage): Permissions {
  const { watches = [], sets = [], fetches = [], stores = [], frees = [] } = keeps;
  const deadLetters = subjectOf(Dead, { stage: name }).replace(/\*$/, '>');
  return allow([
    ...takes.flatMap((take) => taking(workSource(name, take))),
    ...gives.flatMap((type) => [subjectOf(type), ...looking(type)]),
    deadLetters,
    ...reads.flatMap((type) => [...looking(type), ...following(type.stream, subjectOf(type))]),
    ...frees.map((type) => `$JS.API.STREAM.PURGE.${type.stream}`),
    ...[...watches, ...sets].flatMap((key) => watching(key)),
    ...sets.map((key) => `$KV.${STATE_BUCKET}.${key}`),
    ...[...fetches, ...stores].flatMap((store) => fetching(store)),
    ...stores.flatMap((store) => [`$O.${store}.>`, `$JS.API.STREAM.PURGE.OBJ_${store}`]),
  ]);
}

/** Who only says that clips are there. */
export const watcher: Permissions = allow([subjectOf(ClipArrived)]);

/** Who looks, decides and replays: everything. */
const person: Permissions = { publish: ['>'], subscribe: ['>'] };

function allow(publish: readonly string[]): Permissions {
  return { publish: [...new Set([...starting(), ...publish])].sort(), subscribe: [INBOX] };
}

/** Every process makes what is missing on the bus, or brings it up to date; none may delete. */
function starting(): string[] {
  const streams = [...new Set(messages.map(({ stream }) => stream))];
  const held = [...streams, `KV_${STATE_BUCKET}`, ...STORES.map((store) => `OBJ_${store}`)];
  const verb = (name: string) => (stream: string) => `$JS.API.STREAM.${name}.${stream}`;
  return [
    '$JS.API.INFO',
    '$JS.API.STREAM.NAMES',
    ...held.map(verb('INFO')),
    ...held.map(verb('CREATE')),
    ...streams.map(verb('UPDATE')),
  ];
}

/** The durable consumer that the stage's processes share. */
function taking({ stream, subject, durable }: WorkSource): string[] {
  const consumer = `${stream}.${durable}`;
  return [
    `$JS.API.CONSUMER.CREATE.${consumer}.${subject}`,
    `$JS.API.CONSUMER.INFO.${consumer}`,
    `$JS.API.CONSUMER.MSG.NEXT.${consumer}`,
    `$JS.ACK.${consumer}.>`,
  ];
}

/** The last message of a subject. */
function looking(type: MessageType): string[] {
  return [`$JS.API.DIRECT.GET.${type.stream}.${subjectOf(type)}`];
}

/** A consumer of its own that acknowledges nothing; its name is made up by the client. */
function following(stream: StreamName | `KV_${string}` | `OBJ_${string}`, subject: string): string[] {
  return [
    `$JS.API.CONSUMER.CREATE.${stream}.*.${subject}`,
    `$JS.API.CONSUMER.INFO.${stream}.*`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
    `$JS.API.CONSUMER.DELETE.${stream}.*`,
    `$JS.FC.${stream}.>`,
  ];
}

function watching(key: string): string[] {
  const stream = `KV_${STATE_BUCKET}` as const;
  const subject = `$KV.${STATE_BUCKET}.${key}`;
  return [`$JS.API.DIRECT.GET.${stream}.${subject}`, ...following(stream, subject)];
}

function fetching(store: StoreName): string[] {
  const stream = `OBJ_${store}` as const;
  return [
    `$JS.API.STREAM.MSG.GET.${stream}`,
    `$JS.API.DIRECT.GET.${stream}.$O.${store}.>`,
    ...following(stream, `$O.${store}.>`),
  ];
}

/** The whole block; passwords come from the server's environment. */
export async function authorization(): Promise<string> {
  const users: [string, Permissions][] = [];
  for (const [name, { load }] of Object.entries<StageEntry>(stages)) {
    users.push([name, permissionsOf(await load())]);
  }
  users.push(['watcher', watcher], ['person', person]);
  const lines = users.flatMap(([user, { publish, subscribe }]) => [
    `    {`,
    `      user: ${user}, password: $SHIKA_PASSWORD_${user.toUpperCase()}`,
    `      permissions: {`,
    ...list('publish', publish),
    ...list('subscribe', subscribe),
    `      }`,
    `    }`,
  ]);
  return [
    '# Made by `node deploy/permissions.ts` from the stages’ declarations; do not edit.',
    'authorization {',
    '  users: [',
    ...lines,
    '  ]',
    '}',
    '',
  ].join('\n');
}

function list(name: string, subjects: readonly string[]): string[] {
  return [`        ${name}: [`, ...subjects.map((subject) => `          "${subject}"`), `        ]`];
}

export const PERMISSIONS_FILE = join(import.meta.dirname, 'permissions.conf');

if (process.argv[1] === import.meta.filename) await writeFile(PERMISSIONS_FILE, await authorization());
