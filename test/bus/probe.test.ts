import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Probe } from '../../pipeline/runtime/bus/probe.ts';
import { provideNatsServer } from '../../pipeline/runtime/supervisor/nats-server.ts';
import { NatsProcess } from '../processes/nats-process.ts';

/** A server of this process, since it is stopped by a signal. */
describe('a server that is asked whether it lives', async () => {
  const found = await provideNatsServer({ install: false, env: { ...process.env, NATS_URL: undefined } });
  if (found.kind !== 'binary') return test('a stopped server', { skip: 'no nats-server as a program' });
  const folder = await mkdtemp(join(tmpdir(), 'shika-probe-'));
  const server = await NatsProcess.start(found, { folder });
  const { url, pid = 0 } = server;
  const probe = () => {
    const made = new Probe({ url, user: '', password: '' });
    after(() => made.close());
    return made;
  };
  after(async () => {
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  });

  test('says what it stores', async () => assert.equal(await probe().stored(), 0));

  test('is silent when it is stopped, whether it was asked before or not', async () => {
    const earlier = probe();
    await earlier.stored();
    process.kill(pid, 'SIGSTOP');
    const later = probe();
    assert.equal(await later.stored(), 'silent');
    assert.equal(await earlier.stored(), 'silent');
    process.kill(pid, 'SIGCONT');
    assert.deepEqual(await Promise.all([earlier.stored(), later.stored()]), [0, 0]);
  });

  test('is not there when it has ended', async () => {
    const earlier = probe();
    await earlier.stored();
    await server.kill();
    assert.deepEqual(await Promise.all([earlier.stored(), probe().stored()]), [null, null]);
  });
});
