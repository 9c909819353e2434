import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, describe, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { pino } from 'pino';
import Type from 'typebox';
import { authorization, PERMISSIONS_FILE } from '../../deploy/permissions.ts';
import { PipelineMetrics } from '../../pipeline/app/jobs/pipeline-metrics.ts';
import { activeModel } from '../../pipeline/domain/models/registry.ts';
import { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { type BusBounds, STORES } from '../../pipeline/runtime/bus/topology.ts';
import type { Stage } from '../../pipeline/runtime/stage/stage.ts';
import { workSource } from '../../pipeline/runtime/stage/work-source.ts';
import { ClipArrived } from '../../schemas/clip-arrived.ts';
import { Dead } from '../../schemas/dead.ts';
import { Frame } from '../../schemas/frame.ts';
import { messages } from '../../schemas/index.ts';
import { Look } from '../../schemas/look.ts';
import type { MessageType } from '../../schemas/message.ts';
import { type StageEntry, stages } from '../../stages/index.ts';
import { startServer, type TestServer } from '../processes/server.ts';
import { until } from '../processes/until.ts';

const written = await readFile(PERMISSIONS_FILE, 'utf8');

test('permissions.conf is what the stages declare (`node deploy/permissions.ts` makes it)', async () => {
  assert.equal(written, await authorization());
});

describe('a bus with a user per stage', () => {
  let server: TestServer;
  let person: Bus;
  /** What the server refused, as the buses log it. */
  const complaints: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => complaints.push(line) });
  const buses: Bus[] = [];
  const connections: NatsConnection[] = [];

  /** As in compose, but every password is `secret`. */
  before(async () => {
    server = await startServer({ config: written.replace(/\$SHIKA_PASSWORD_\w+/g, 'secret') });
    person = await as('person', { framesMaxBytes: 2 ** 24, clipsMaxAgeHours: 1 });
  });
  after(async () => {
    for (const bus of buses) await bus.close();
    for (const connection of connections) await connection.close();
    await server.stop();
  });

  afterEach(() => assert.deepEqual(complaints.splice(0), []));

  /** @param bounds of who sets the bus up */
  async function as(user: string, bounds?: BusBounds): Promise<Bus> {
    const bus = await Bus.open({ url: server.url, name: user, user, password: 'secret', bounds }, log);
    buses.push(bus);
    return bus;
  }

  /** Does what the declaration says, and fails where the server refuses. */
  async function exercise(bus: Bus, { name, takes, gives, reads, keeps }: Stage): Promise<void> {
    const signal = AbortSignal.timeout(20_000);
    for (const type of gives) await bus.publish(example(type, `${name}-gives`), { signal });
    await bus.publish(example(Dead, `${name}-dead`, { stage: name }), { signal });
    for (const take of takes) {
      const { type } = take;
      await person.publish(example(type, `${name}-takes`), { signal });
      const queue = bus.work(workSource(name, take));
      const [delivery] = await queue.take(1, signal);
      assert.ok(delivery, `${name} takes ${type.type}`);
      await delivery.ack();
      await queue.close();
    }
    for (const type of reads) {
      await person.publish(example(type, `${name}-reads`), { signal });
      assert.ok(await bus.last(type, example(type, '').subject), `${name} looks at ${type.type}`);
      let found = 0;
      for await (const _ of bus.stored(type)) found++;
      assert.ok(found > 0, `${name} reads ${type.type}`);
    }
    const { watches = [], sets = [], fetches = [], stores = [], frees = [] } = keeps;
    for (const keys of watches) {
      const key = keys.replace('*', `${name}-watches`);
      await person.state.put(key, 1);
      assert.equal((await bus.state.get(key, Type.Number())).value, 1);
      await person.state.delete(key);
    }
    for (const key of sets) {
      await bus.state.put(key.replace('*', `${name}-sets`), 1);
      await bus.state.delete(key.replace('*', `${name}-sets`));
    }
    for (const store of fetches) {
      await person.objects.put(store, `${name}-fetches`, new Uint8Array(10));
      assert.ok(await bus.objects.get(store, `${name}-fetches`), `${name} fetches from ${store}`);
    }
    for (const store of stores) {
      await bus.objects.put(store, `${name}-stores`, new Uint8Array(10));
      await bus.objects.delete(store, `${name}-stores`);
    }
    for (const type of frees) await bus.purge(type, { clip: 'x' });
  }

  for (const [name, { load }] of Object.entries<StageEntry>(stages)) {
    test(`${name} - may do all that it declares`, async () => {
      const bus = await as(name);
      await exercise(bus, await load());
    });
  }

  test('decoder - reads and watches checkpoints', async () => {
    const [decoder] = await works('decoder');
    await person.state.put('checkpoint.a', 1);
    assert.equal((await decoder.state.get('checkpoint.a', Type.Number())).value, 1);
    const stop = new AbortController();
    for await (const value of decoder.state.watch('checkpoint.a', Type.Number(), stop.signal)) {
      assert.equal(value, 1);
      stop.abort();
    }
  });

  test('tracker - sets and deletes checkpoints, frees frames and looks', async () => {
    const [tracker] = await works('tracker');
    await tracker.state.put('checkpoint.b', 2);
    await tracker.state.delete('checkpoint.b');
    await tracker.purge(Frame, { camera: 'c', clip: 'd' });
    await tracker.purge(Look, { clip: 'd' });
  });

  test('trainer - stores models and checkpoints, fetches datasets, moves the pointer; detector and explainer follow', async () => {
    const [trainer, detector, explainer, filter] = await works('trainer', 'detector', 'explainer', 'filter');
    const files = new Map([['card.json', new Uint8Array(200_000)]]);
    await filter.objects.put('datasets', 'd', new Uint8Array(10));
    assert.ok(await filter.objects.get('datasets', 'd'));
    assert.ok(await trainer.objects.get('datasets', 'd'));
    await trainer.objects.putFolder('models', 'm', files);
    await trainer.objects.putFolder('models', 'm', files);
    await trainer.objects.put('checkpoints', 'j', new Uint8Array(10));
    await trainer.objects.put('checkpoints', 'j', new Uint8Array(20));
    assert.equal((await trainer.objects.get('checkpoints', 'j'))?.length, 20);
    await trainer.objects.delete('checkpoints', 'j');
    assert.ok(await trainer.state.compareAndSet('active.detector', 'm', 0));
    assert.deepEqual(await detector.objects.getFolder('models', 'm'), files);
    const stop = new AbortController();
    for await (const _ of detector.state.watch('active.detector', Type.String(), stop.signal)) stop.abort();
    assert.equal((await explainer.state.get('active.detector', Type.String())).value, 'm');
    assert.deepEqual(await explainer.objects.getFolder('models', 'm'), files);
    await explainer.objects.putFolder('explanations', 'e', files);
  });

  test('watcher - says that clips are there', async () => {
    const [watcher] = await works('watcher');
    await watcher.publish(example(ClipArrived, 'watcher'), { signal: AbortSignal.timeout(5_000) });
    assert.equal(await activeModel(watcher, 'classifier'), undefined);
  });

  test('watcher - counts clips, backlogs and active models, for Prometheus', async (t) => {
    const [watcher, decoder] = await works('watcher', 'decoder');
    await person.state.delete('active.detector');
    await person.publish(example(ClipArrived, 'watched'));
    const queue = decoder.work(workSource('decoder', { type: ClipArrived, ackWaitS: 30, attempts: 1 }));
    await queue.take(1, AbortSignal.timeout(20_000));
    await queue.close();
    const stop = new AbortController();
    t.after(() => stop.abort());
    const metrics = new PipelineMetrics({
      bus: watcher,
      cameras: [],
      isPickedUp: () => false,
      starts: () => new Map(),
      signal: stop.signal,
    });
    const text = () => metrics.text(async () => new Map());
    await until(async () => /shika_clips_total\{[^}]*\} \d/.test(await text()), 'clips are counted', 30_000);
    assert.match(await text(), /shika_bus_reachable\{process="up"\} 1/);
    assert.match(await text(), /shika_consumer_waiting_messages\{[^}]*consumer="decoder_clip_arrived"/);
  });

  test('setup - makes the bus what is declared, mends what was changed, and may do nothing else', async () => {
    const admin = await jetstreamManager(await raw('person'));
    const config = async (name: string) => (await admin.streams.info(name)).config;
    await admin.streams.update('LABELS', {
      ...(await config('LABELS')),
      max_msgs: 1,
      max_msgs_per_subject: 1,
    });
    await admin.streams.update('CLIPS', { ...(await config('CLIPS')), max_age: 1e9, duplicate_window: 1e9 });
    await admin.streams.update('KV_state', { ...(await config('KV_state')), max_msgs: 1, max_bytes: 1_000 });
    await admin.streams.update('OBJ_models', { ...(await config('OBJ_models')), max_age: 120e9 });
    await as('setup', { framesMaxBytes: 2 ** 24, clipsMaxAgeHours: 1 });
    const labels = await config('LABELS');
    assert.deepEqual([labels.max_msgs, labels.max_msgs_per_subject], [-1, -1]);
    assert.equal((await config('CLIPS')).max_age, 3_600e9);
    const state = await config('KV_state');
    assert.deepEqual([state.max_msgs, state.max_bytes, state.max_msgs_per_subject], [-1, -1, 1]);
    assert.equal((await config('OBJ_models')).max_age, 0);
    await refuses('setup', [
      'label.reviewed.0123456789abcdef.1',
      '$JS.API.STREAM.DELETE.LABELS',
      '$JS.API.STREAM.PURGE.LABELS',
      '$JS.API.STREAM.MSG.DELETE.LABELS',
    ]);
  });

  for (const [name, { load }] of Object.entries<StageEntry>(stages)) {
    test(`${name} - may create, change and delete nothing that is not its own`, async () => {
      const declared = await load();
      const freed = new Set((declared.keeps.frees ?? []).map(({ stream }) => stream));
      const stores = new Set(declared.keeps.stores ?? []);
      const all = [...new Set(messages.map(({ stream }) => stream))];
      const buckets = ['KV_state', ...STORES.map((store) => `OBJ_${store}`)];
      const verbs = ['CREATE', 'UPDATE', 'DELETE', 'MSG.DELETE', 'SNAPSHOT', 'RESTORE'];
      const others: string[] = [];
      for (const [other, entry] of Object.entries<StageEntry>(stages)) {
        if (other === name) continue;
        for (const take of (await entry.load()).takes) {
          const { stream, durable, subject } = workSource(other, take);
          const consumer = `${stream}.${durable}`;
          others.push(
            `$JS.API.CONSUMER.CREATE.${consumer}`,
            `$JS.API.CONSUMER.CREATE.${consumer}.${subject.replaceAll('*', 'x')}`,
            `$JS.API.CONSUMER.DURABLE.CREATE.${consumer}`,
            `$JS.API.CONSUMER.DELETE.${consumer}`,
            `$JS.API.CONSUMER.MSG.NEXT.${consumer}`,
            `$JS.ACK.${consumer}.1.1.1.1.1`,
          );
        }
      }
      await refuses(name, [
        ...[...all, ...buckets].flatMap((stream) => verbs.map((verb) => `$JS.API.STREAM.${verb}.${stream}`)),
        ...all.filter((stream) => !freed.has(stream)).map((stream) => `$JS.API.STREAM.PURGE.${stream}`),
        ...STORES.filter((store) => !stores.has(store)).flatMap((store) => [
          `$JS.API.STREAM.PURGE.OBJ_${store}`,
          `$O.${store}.C.x`,
        ]),
        '$KV.state.somebody-elses.key',
        `dead.${name === 'filter' ? 'trainer' : 'filter'}.job`,
        ...others,
      ]);
    });
  }

  test('nobody publishes what another stage gives', async () => {
    const foreign: readonly [user: string, subjects: readonly string[]][] = [
      ['decoder', ['label.reviewed.0123456789abcdef.1', '$KV.state.active.detector']],
      ['detector', ['clip.arrived.camera.0123456789abcdef']],
      ['tracker', ['$KV.state.active.detector']],
      ['trainer', ['label.reviewed.0123456789abcdef.1']],
      ['watcher', ['job.train.main.x', '$JS.API.CONSUMER.MSG.NEXT.CLIPS.decoder_clip_arrived']],
    ];
    for (const [user, subjects] of foreign) await refuses(user, subjects);
  });

  async function raw(user: string) {
    const connection = await connect({ servers: server.url, user, pass: 'secret' });
    connections.push(connection);
    return connection;
  }

  /** The server refuses each of these requests, and says so. */
  async function refuses(user: string, subjects: readonly string[]): Promise<void> {
    const connection = await raw(user);
    const refused = new Set<string>();
    const all = Promise.withResolvers<void>();
    void (async () => {
      for await (const status of connection.status()) {
        if (status.type !== 'error') continue;
        refused.add(/Publish to "(.+?)"/i.exec(status.error.message)?.[1] ?? status.error.message);
        if (refused.size === subjects.length) all.resolve();
      }
    })();
    for (const subject of subjects) connection.publish(subject, '{}');
    await connection.flush();
    // Refusals come before the answer to the flush.
    await Promise.race([all.promise, connection.flush()]);
    assert.deepEqual(
      subjects.filter((subject) => !refused.has(subject)),
      [],
      `${user} may publish these`,
    );
  }

  test('a wrong password - no entry', async () => {
    await assert.rejects(
      connect({ servers: server.url, user: 'decoder', pass: 'guessed' }),
      /authorization/i,
    );
  });

  async function works<const Users extends readonly string[]>(
    ...users: Users
  ): Promise<{ [K in keyof Users]: Bus }> {
    const opened = [];
    for (const user of users) opened.push(await as(user));
    return opened as { [K in keyof Users]: Bus }; // one for each user, in order
  }
});

/** The schema's own example, on a subject of its own. */
function example(type: MessageType, id: string, parameters: Record<string, string> = {}) {
  const subject = type.subject.replace(/\{(\w+)\}/g, (_, name: string) => parameters[name] ?? 'x');
  const body: Readonly<Record<string, unknown>> = type.examples.valid as Readonly<Record<string, unknown>>; // bodies are objects
  return { ...outgoing(type, {}, body, { id: `${id}-${type.type}`, payload: new Uint8Array(10) }), subject };
}
