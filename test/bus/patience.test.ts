/** What a command asks of the bus waits for a server that is gone, as what a stage asks does. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Type from 'typebox';
import { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { Look } from '../../schemas/look.ts';
import { BOUNDS, capturedLog, clipId, look, type Testbed, testbed } from './testbed.ts';

const clip = clipId(1);
let bed: Testbed;
let bus: Bus;
before(async () => {
  bed = await testbed();
  bus = await bed.open();
});
after(() => bed.close());

test('every request is answered when the server is back', { timeout: 300_000 }, async () => {
  await bus.publish(look(clip, 0));
  await bus.state.put('a', 1);
  await bus.objects.put('models', 'm', new Uint8Array(10));
  await bed.kill();
  const asked = Promise.all([
    bus.last(Look, `look.${clip}.0`),
    bus.occupancy('LOOKS'),
    bus.state.get('a', Type.Number()),
    bus.objects.get('models', 'm'),
    bus.objects.list('models'),
    bus.purge(Look, { clip: clipId(2) }),
    bus.state.delete('b'),
    bus.objects.put('datasets', 'd', new Uint8Array(20)),
  ]);
  await bed.server.restart();
  const [last, occupancy, state, object, names, purged] = await asked;
  assert.equal(last?.body.index, 0);
  assert.equal(occupancy.messages, 1);
  assert.equal(state.value, 1);
  assert.equal(object?.length, 10);
  assert.deepEqual(names, ['m']);
  assert.equal(purged, 0);
  assert.equal((await bus.objects.get('datasets', 'd'))?.length, 20);
});

test('a compare-and-set whose answer was lost is told from one that somebody else won', async () => {
  assert.ok(await bus.state.compareAndSet('pointer', { model: 'a' }, 0));
  assert.ok(await bus.state.compareAndSet('pointer', { model: 'a' }, 0), 'it is what was to be set');
  assert.ok(!(await bus.state.compareAndSet('pointer', { model: 'b' }, 0)));
});

test('a server killed while a bus is being opened and set up: it is opened when the server is back', {
  timeout: 300_000,
}, async () => {
  const { log } = capturedLog();
  const opening = Bus.open({ url: bed.server.url, name: 'late', bounds: BOUNDS, connectTimeoutS: 30 }, log);
  await bed.server.kill();
  await bed.server.restart();
  const opened = await opening;
  assert.equal((await opened.state.get('a', Type.Number())).value, 1);
  await opened.close();
});
