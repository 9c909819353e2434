/** Three servers that are one cluster: what can't be computed again survives one of them. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { LabelReviewed } from '../../schemas/label-reviewed.ts';
import { startCluster, type TestCluster } from '../processes/cluster.ts';
import { startServer, testProvider } from '../processes/server.ts';
import { until } from '../processes/until.ts';
import { capturedLog, clipId, collected } from './testbed.ts';

const NODES = ['one', 'two', 'three'];
const WAIT_MS = 120_000;
const BOUNDS = { framesMaxBytes: 2 ** 24, clipsMaxAgeHours: 1, replicas: 3, workReplicas: 1 };

let cluster: TestCluster;
let bus: Bus;
let connection: NatsConnection;
let manager: JetStreamManager;
const { log } = capturedLog();
before(async () => {
  cluster = await startCluster(await testProvider(), NODES);
  // A cluster that has just begun has no leader, and says so: setting up waits for it.
  const opening = Bus.open({ url: cluster.url, name: 'test', bounds: BOUNDS, connectTimeoutS: 60 }, log);
  let isOpen = false;
  void opening.then(
    () => {
      isOpen = true;
    },
    () => {}, // it is awaited below
  );
  // One of a dozen clusters of 2.9.10 did not come up on a busy machine: then its nodes are started again.
  await until(() => isOpen, 'the cluster is set up', WAIT_MS).catch(async () => {
    console.error('the cluster did not come up: starting its nodes again');
    await Promise.all(NODES.map((name) => cluster.kill(name)));
    await Promise.all(NODES.map((name) => cluster.restart(name)));
  });
  bus = await opening;
  connection = await connect({ servers: cluster.url.split(','), maxReconnectAttempts: -1 });
  manager = await jetstreamManager(connection);
});
after(async () => {
  await bus.close();
  await connection.close();
  await cluster.stop();
});

async function replicasOf(stream: string): Promise<number> {
  return (await manager.streams.info(stream)).config.num_replicas;
}

async function decide(clip: string, from: number, to: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = from; i < to; i++) {
    const id = `${clip}-${i}`;
    const body = { ...LabelReviewed.examples.valid, clip, track: 1, action: id };
    await bus.publish(outgoing(LabelReviewed, { clip, track: 1 }, body, { id }));
    ids.push(id);
  }
  return ids;
}

describe('a cluster', () => {
  test('keeps what can’t be computed again on three nodes, the rest on one', async () => {
    const kept = [
      'CLIPS',
      'TRACKS',
      'IMAGES',
      'LABELS',
      'JOBS',
      'DEAD',
      'KV_state',
      'OBJ_models',
      'OBJ_datasets',
    ];
    for (const stream of kept) assert.equal(await replicasOf(stream), 3, stream);
    for (const stream of ['FRAMES', 'LOOKS', 'BOXES', 'OBJ_explanations', 'OBJ_checkpoints'])
      assert.equal(await replicasOf(stream), 1, stream);
  });

  test('a node is killed while decisions come: none that was acknowledged is lost, and it catches up', async () => {
    const clip = clipId(1);
    const first = await decide(clip, 0, 20);
    const leader = (await manager.streams.info('LABELS')).cluster?.leader ?? assert.fail('no leader');
    const more = decide(clip, 20, 220);
    await until(async () => (await bus.count(LabelReviewed, { clip })) > 30, 'decisions come', WAIT_MS);
    await cluster.kill(leader);
    const ids = [...first, ...(await more)];
    const stored = await collected(bus.stored(LabelReviewed, { clip }));
    assert.deepEqual([...new Set(stored.map(({ body }) => body.action))], ids, 'all of them, in their order');
    await cluster.restart(leader);
    await until(
      async () => {
        const { cluster: state } = await manager.streams.info('LABELS');
        const others = state?.replicas ?? [];
        return state?.leader !== undefined && others.length === 2 && others.every(({ current }) => current);
      },
      'it has caught up',
      WAIT_MS,
    );
    await decide(clipId(3), 0, 3);
    assert.equal(await bus.count(LabelReviewed, { clip: clipId(3) }), 3);
  });

  test('one copy more is a matter of configuration, and of setting up again', async () => {
    const bounds = { ...BOUNDS, workReplicas: 3 };
    const again = await Bus.open({ url: cluster.url, name: 'set-up', bounds }, log);
    await again.close();
    assert.equal(await replicasOf('FRAMES'), 3);
  });
});

test('a server that is no cluster keeps no copies, and says which key asks for them', async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  await assert.rejects(
    Bus.open({ url: server.url, name: 'test', bounds: BOUNDS }, log),
    /refuses stream CLIPS; .*3 nodes of a cluster \(bus\.replicas, bus\.workReplicas\)/,
  );
});
