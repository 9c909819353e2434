/**
 * Makes the bus what this version declares. Only set-up does this (`shika up` and `run` on their own server, `shika bus
 * set-up` elsewhere); no stage's user may. Every limit is stated, also those that are not used: an update leaves what it
 * does not mention as it is, so a limit that somebody changed would stay.
 */
import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { Objm } from '@nats-io/obj';
import type { Logger } from 'pino';
import { mebibytes } from '../disk.ts';
import { FatalError, reasonOf } from '../errors.ts';
import { retryForever } from '../retry.ts';
import { isTransient } from './failures.ts';
import {
  type BusBounds,
  DEDUPE_WINDOW_NS,
  HELD_STREAMS,
  HOUR_NS,
  maxAgeOf,
  replicasOf,
  STATE_BUCKET,
  STORES,
  type StreamRules,
  streams,
} from './topology.ts';

/** https://github.com/nats-io/nats-server/blob/main/server/errors.json */
const STREAM_NOT_FOUND = 10059;

/** Between two looks at whether the bus is set up. */
const WAIT_BACKOFF = { firstMs: 250, longestMs: 5_000 };

/** What nothing here is bounded by, said all the same. */
const UNBOUNDED = { max_msgs: -1, max_msg_size: -1 } as const;

/** nats.js' own for buckets and stores. */
const BUCKET_DEDUPE_NS = 120_000_000_000;

/**
 * Makes every stream, bucket and store, or updates it to what this version declares.
 * @throws FatalError where the server refuses one, e.g. because another stream has its subjects, or this user may not
 */
export async function setUp(
  client: JetStreamClient,
  manager: JetStreamManager,
  bounds: BusBounds,
): Promise<void> {
  const existing = new Set<string>();
  for await (const name of manager.streams.names()) existing.add(name);
  for (const [name, rules] of Object.entries(streams(bounds))) {
    const config = streamConfig(name, rules, replicasOf(bounds, rules));
    await orFatal(name, expectedOf(rules, config.num_replicas ?? 1), () =>
      existing.has(name) ? manager.streams.update(name, config) : added(manager, config),
    );
  }
  const num_replicas = replicasOf(bounds, {});
  // As the client would make it, but with all that it is to be from the start: a 2.9.10 in a cluster dies when it starts
  // again on a bucket whose deletions were denied later ("can not cancel deny message delete", then a panic).
  if (!existing.has(`KV_${STATE_BUCKET}`)) {
    await added(manager, {
      ...{ name: `KV_${STATE_BUCKET}`, subjects: [`$KV.${STATE_BUCKET}.>`], storage: StorageType.File },
      ...{ retention: RetentionPolicy.Limits, allow_rollup_hdrs: true, deny_delete: true },
      ...{ discard: DiscardPolicy.New, max_msgs_per_subject: 1, allow_direct: true, num_replicas },
    });
  }
  await heal(manager, `KV_${STATE_BUCKET}`, {
    ...{ max_msgs_per_subject: 1, max_age: 0, deny_delete: true, num_replicas },
  });
  for (const store of STORES) {
    const replicas = replicasOf(bounds, { store });
    await new Objm(client).create(store, { ttl: maxAgeOf(store), replicas });
    await heal(manager, `OBJ_${store}`, {
      ...{ max_msgs_per_subject: -1, max_age: maxAgeOf(store), num_replicas: replicas },
    });
  }
}

function expectedOf({ subjects, maxBytes }: StreamRules, replicas: number): string {
  const copies = replicas > 1 ? `, on ${replicas} nodes of a cluster (bus.replicas, bus.workReplicas)` : '';
  const declared = `a stream of ${subjects.join(', ')} as this version declares it${copies}`;
  if (maxBytes === undefined) return declared;
  return `${declared}, with room for ${mebibytes(maxBytes)} (bus.framesMaxMiB) on the server's disk`;
}

/** Makes a stream; where somebody else who sets up was faster, it is brought up to date instead. */
async function added(manager: JetStreamManager, config: ReturnType<typeof streamConfig>): Promise<unknown> {
  try {
    return await manager.streams.add(config);
  } catch (error) {
    const isThere = await manager.streams.info(config.name).catch(() => null);
    if (!isThere) throw error;
    return manager.streams.update(config.name, config);
  }
}

/** Resolves when somebody has set the bus up; says so while it waits. */
export async function untilSetUp(
  manager: JetStreamManager,
  log: Logger,
  signal: AbortSignal | undefined,
): Promise<void> {
  await retryForever(
    async () => {
      for (const name of HELD_STREAMS) await manager.streams.info(name);
    },
    {
      backoff: WAIT_BACKOFF,
      isTransient,
      signal,
      onFailure: (error, failures) => {
        if (failures !== 1) return;
        const missing = error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND;
        const expected = '`shika up`, or `shika bus set-up`';
        if (missing) log.warn({ expected }, 'the bus is not set up: waiting');
        else log.warn({ why: reasonOf(error) }, 'the bus does not answer: waiting');
      },
    },
  );
}

function streamConfig(
  name: string,
  rules: StreamRules,
  replicas: number,
): Partial<StreamConfig> & { name: string } {
  return {
    ...UNBOUNDED,
    name,
    subjects: [...rules.subjects],
    retention: rules.retention === 'workqueue' ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: rules.full === 'reject-new' ? DiscardPolicy.New : DiscardPolicy.Old,
    discard_new_per_subject: false,
    max_bytes: rules.maxBytes ?? -1,
    max_age: (rules.maxAgeHours ?? 0) * HOUR_NS,
    max_msgs_per_subject: -1,
    duplicate_window: DEDUPE_WINDOW_NS,
    num_replicas: replicas,
    no_ack: false,
    allow_direct: true,
  };
}

/** What nats.js made as it should be, and states no limit of when it is there already. */
async function heal(manager: JetStreamManager, name: string, limits: Partial<StreamConfig>): Promise<void> {
  const { config } = await manager.streams.info(name);
  await orFatal(name, 'as this version declares it', () =>
    manager.streams.update(name, {
      ...config,
      ...UNBOUNDED,
      max_bytes: -1,
      discard: DiscardPolicy.New,
      duplicate_window: BUCKET_DEDUPE_NS,
      allow_direct: true,
      ...limits,
    }),
  );
}

async function orFatal(name: string, expected: string, request: () => Promise<unknown>): Promise<void> {
  try {
    await request();
  } catch (cause) {
    if (!(cause instanceof JetStreamApiError)) throw cause;
    throw new FatalError(`the server refuses stream ${name}`, { found: cause.message, expected, cause });
  }
}
