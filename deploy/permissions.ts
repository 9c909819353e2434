/**
 * What each stage may do on the bus, derived from its declaration, as nats-server's `authorization` block.
 * `node deploy/permissions.ts` writes `deploy/permissions.conf`; a test fails when it is stale.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLIP_EVENTS } from '../pipeline/app/jobs/pipeline-metrics.ts';
import { WATCHED_STREAMS } from '../pipeline/app/jobs/status.ts';
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
  /** Wins over what is allowed. */
  readonly deny?: readonly string[];
  readonly subscribe: readonly string[];
}

/** Subjects of answers; nats.js makes one below it for each connection. */
const INBOX = '_INBOX.>';

/** Streams, the bucket's and the stores'. */
const held = [
  ...new Set(messages.map(({ stream }) => stream)),
  `KV_${STATE_BUCKET}`,
  ...STORES.map((store) => `OBJ_${store}`),
];

/**
 * A stage's, from its declaration alone.
 * @param others consumers of other stages: who may read a stream has no business with them
 */
export function permissionsOf(
  { name, takes, gives, reads, keeps }: Stage,
  others: readonly WorkSource[] = [],
): Permissions {
  const { watches = [], sets = [], fetches = [], stores = [], frees = [] } = keeps;
  const deadLetters = subjectOf(Dead, { stage: name }).replace(/\*$/, '>');
  const read = new Set(reads.map(({ stream }) => stream));
  const foreign = others.filter(({ stream }) => read.has(stream));
  const deny = foreign.flatMap(leavingAlone).sort();
  const permissions = allow([
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
  return deny.length === 0 ? permissions : { ...permissions, deny };
}

/** Nothing that is asked of a consumer. */
function leavingAlone({ stream, durable }: WorkSource): string[] {
  const consumer = `${stream}.${durable}`;
  return [
    `$JS.API.CONSUMER.CREATE.${consumer}.>`,
    `$JS.API.CONSUMER.DELETE.${consumer}`,
    `$JS.API.CONSUMER.MSG.NEXT.${consumer}`,
  ];
}

/**
 * Who says that clips are there, and watches how the work goes (`shika up --no-stages`): it reads what became of clips,
 * the active models, and how much streams and consumers hold.
 * @param consumers of all stages: it has no business with them
 */
export function watcherOf(consumers: readonly WorkSource[]): Permissions {
  const deny = consumers.filter(({ stream }) => stream === ClipArrived.stream).flatMap(leavingAlone);
  const permissions = allow([
    subjectOf(ClipArrived),
    ...CLIP_EVENTS.flatMap((type) => following(type.stream, subjectOf(type))),
    ...WATCHED_STREAMS.map((stream) => `$JS.API.CONSUMER.LIST.${stream}`),
    ...watching('active.*'),
  ]);
  return { ...permissions, deny: deny.sort() };
}

/** Who looks, decides and replays: everything. */
const person: Permissions = { publish: ['>'], subscribe: ['>'] };

function allow(publish: readonly string[]): Permissions {
  return { publish: [...new Set([...starting(), ...publish])].sort(), subscribe: [INBOX] };
}

/** Every process looks whether the bus is set up. */
function starting(): string[] {
  return ['$JS.API.INFO', ...held.map((name) => `$JS.API.STREAM.INFO.${name}`)];
}

/** Who makes the bus what this version declares: the only one that may create and change, and no more than that. */
export const setup: Permissions = allow([
  '$JS.API.STREAM.NAMES',
  ...held.flatMap((name) => [`$JS.API.STREAM.CREATE.${name}`, `$JS.API.STREAM.UPDATE.${name}`]),
]);

/** The durable consumer that the stage's processes share. */
function taking({ stream, subject, durable }: WorkSource): string[] {
  const consumer = `${stream}.${durable}`;
  return [
    `$JS.API.CONSUMER.CREATE.${consumer}.${subject}`,
    `$JS.API.CONSUMER.INFO.${consumer}`,
    `$JS.API.CONSUMER.MSG.NEXT.${consumer}`,
    `$JS.API.CONSUMER.DELETE.${consumer}`,
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
  const declared: Stage[] = [];
  for (const { load } of Object.values<StageEntry>(stages)) declared.push(await load());
  const sources = declared.map(({ name, takes }) => ({
    name,
    own: takes.map((take) => workSource(name, take)),
  }));
  const users: [string, Permissions][] = declared.map((stage) => {
    const others = sources.filter(({ name }) => name !== stage.name).flatMap(({ own }) => own);
    return [stage.name, permissionsOf(stage, others)];
  });
  const watcher = watcherOf(sources.flatMap(({ own }) => own));
  users.push(['setup', setup], ['watcher', watcher], ['person', person]);
  const lines = users.flatMap(([user, { publish, deny, subscribe }]) => [
    `    {`,
    `      user: ${user}, password: $SHIKA_PASSWORD_${user.toUpperCase()}`,
    `      permissions: {`,
    ...(deny
      ? ['        publish: {', ...list('allow', publish), ...list('deny', deny), '        }']
      : list('publish', publish)),
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
