/** `shika status --watch`, against a bus. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { workSource } from '../../pipeline/runtime/stage/work-source.ts';
import { ClipArrived } from '../../schemas/clip-arrived.ts';
import { shika, start } from '../processes/shika.ts';
import { until } from '../processes/until.ts';
import { clipId, type Testbed, testbed } from './testbed.ts';

let bed: Testbed;
let bus: Bus;
before(async () => {
  bed = await testbed();
  bus = await bed.open();
});
after(() => bed.close());

async function arrives(number: number): Promise<void> {
  const clip = clipId(number);
  const body = { ...ClipArrived.examples.valid, clip, camera: 'gate' };
  await bus.publish(outgoing(ClipArrived, { camera: 'gate', clip }, body));
}

describe('status', () => {
  test('counts clips without reading them', async () => {
    await arrives(1);
    const { code, result } = await shika(['status', '--json'], { NATS_URL: bed.server.url });
    assert.equal(code, 0);
    assert.deepEqual((result as { clips: object }).clips, { arrived: 1, tracked: 0, filtered: 0, failed: 0 });
  });

  test('--watch - shows what changes, plainly where nobody watches, and Ctrl-C ends it with code 0', async (t) => {
    const queue = bus.work(workSource('decoder', { type: ClipArrived, ackWaitS: 60, attempts: 1 }));
    t.after(() => queue.close());
    const { child, ended } = start(['status', '--watch', '--every', '0.2'], { NATS_URL: bed.server.url });
    t.after(() => child.kill('SIGKILL'));
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk;
    });
    await until(() => /clips: 1 arrived/.test(text), 'it shows one clip', 60_000);
    await arrives(2);
    await queue.take(1, AbortSignal.timeout(30_000));
    await until(() => /clips: 2 arrived/.test(text), 'it shows the second', 60_000);
    await until(
      () => /decoder_clip_arrived 1\/1 \d+\.\d\/s/.test(text),
      'one waits, one is worked on',
      60_000,
    );
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    assert.equal(code, 0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none
    assert.doesNotMatch(stdout, /\u001b/);
  });
});
