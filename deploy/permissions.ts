/**
 * What each stage may do on the bus, derived from its declaration, as nats-server's `authorization` block.
 * `node deploy/permissions.ts` writes `deploy/permissions.conf`; a test fails when it is stale.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { STATE_BUCKET, STORES, type StoreName } from '../pipeline/runtime/bus/topology.ts';
import type { StageName } from '../pipeline/runtime/stage/stage.ts';
import { ClipArrived } from '../schemas/clip-arrived.ts';
import { Dead } from '../schemas/dead.ts';
import { Frame } from '../schemas/frame.ts';
import { messages } from '../schemas/index.ts';
import { Look } from '../schemas/look.ts';
import { type MessageType, type StreamName, subjectOf } from '../schemas/message.ts';
import { stages } from '../stages/index.ts';

/** What a user of the bus declares; a stage's declaration is one. */
export interface Needs {
  readonly takes: readonly { readonly type: MessageType }[];
  readonly gives: readonly MessageType[];
  readonly reads: readonly MessageType[];
}

/** What a stage does beside messages: values in the bucket, objects in the stores, messages that it frees. */
interface Beside {
  /** Keys of the bucket `state`, with wildcards. */
  readonly watches?: readonly string[];
  readonly sets?: readonly string[];
  readonly fetches?: readonly StoreName[];
  readonly stores?: readonly StoreName[];
  readonly frees?: readonly MessageType[];
}

const CHECKPOINTS = 'checkpoint.*';
const ACTIVE = 'active.*';

const beside: Readonly<Record<StageName, Beside>> = {
  decoder: { watches: [CHECKPOINTS] },
  detector: { watches: [ACTIVE], fetches: ['models'] },
  tracker: { sets: [CHECKPOINTS], frees: [Frame, Look] },
  filter: { stores: ['datasets'] },
  trainer: { sets: [ACTIVE], fetches: ['datasets'], stores: ['models', 'checkpoints'] },
  explainer: { watches: [ACTIVE], fetches: ['models'], stores: ['explanations'] },
};

export interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** Subjects of answers; nats.js makes one below it for each connection. */
const INBOX = '_INBOX.>';

/** A stage's, from its declaration. */
export function permissionsOf(stage: StageName, needs: Needs): Permissions {
  const { watches = [], sets = [], fetches = [], stores = [], frees = [] } = beside[stage];
  const own = subjectOf(Dead, { stage }).replace(/\*$/, '>');
  return allow([
    ...needs.takes.flatMap(({ type }) => taking(stage, type)),
    ...needs.gives.flatMap((type) => [subjectOf(type), ...looking(type)]),
    own,
    ...needs.reads.flatMap((type) => [...looking(type), ...following(type.stream, subjectOf(type))]),
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
  const verb = (name: string) => (of: string) => `$JS.API.STREAM.${name}.${of}`;
  return [
    '$JS.API.INFO',
    '$JS.API.STREAM.NAMES',
    ...held.map(verb('INFO')),
    ...held.map(verb('CREATE')),
    ...streams.map(verb('UPDATE')),
  ];
}

/** The durable consumer that the stage's processes share. */
function taking(stage: StageName, type: MessageType): string[] {
  const subject = subjectOf(type);
  const durable = `${type.stream}.${stage}_${subject.replace(/\.\*/g, '').replace(/\./g, '_')}`;
  return [
    `$JS.API.CONSUMER.CREATE.${durable}.${subject}`,
    `$JS.API.CONSUMER.INFO.${durable}`,
    `$JS.API.CONSUMER.MSG.NEXT.${durable}`,
    `$JS.ACK.${durable}.>`,
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
  for (const [name, load] of Object.entries(stages)) {
    users.push([name, permissionsOf(name as StageName, await load())]); // the keys of a Record<StageName, …>
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
