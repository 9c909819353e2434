/** What a detector makes of looks that nobody waits for, and of those that somebody made up. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import Value from 'typebox/value';
import { openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { readDetectorCard } from '../../pipeline/domain/models/detector/card.ts';
import { activate, storeModel } from '../../pipeline/domain/models/registry.ts';
import { encodeJpeg } from '../../pipeline/domain/vision/image.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { runStage } from '../../pipeline/runtime/stage/run.ts';
import { Boxes } from '../../schemas/boxes.ts';
import { ClipFailed } from '../../schemas/clip-failed.ts';
import { ClipTracked } from '../../schemas/clip-tracked.ts';
import { Dead } from '../../schemas/dead.ts';
import { Frame } from '../../schemas/frame.ts';
import { Image } from '../../schemas/image.ts';
import { Look } from '../../schemas/look.ts';
import { checkpointKey } from '../../schemas/state.ts';
import { DetectorOptions } from '../../stages/detector/options.ts';
import { detector } from '../../stages/detector/stage.ts';
import { initialCheckpoint } from '../../stages/tracker/loop.ts';
import { untrainedDetector } from '../fixtures/untrained-detector.ts';
import { until } from '../processes/until.ts';
import { capturedLog, clipId, collected, type LogLine, look, type Testbed, testbed } from './testbed.ts';

let bed: Testbed;
let bus: Bus;
/** Past the bus: for what no stage would send. */
let connection: NatsConnection;
let lines: LogLine[];
let stopped: Promise<void>;
const stop = new AbortController();
before(async () => {
  await openBackend('wasm');
  bed = await testbed();
  bus = await bed.open();
  connection = await connect({ servers: bed.server.url });
  const files = await untrainedDetector();
  const { id } = readDetectorCard(files);
  await storeModel(bus, id, files);
  await activate(bus, 'detector', id, 'by the test', null);
  const captured = capturedLog();
  lines = captured.lines;
  stopped = runStage({
    stage: detector,
    options: { ...Value.Create(DetectorOptions), backend: 'wasm', batch: 8 },
    bus: { url: bed.server.url },
    log: captured.log,
    statsS: 3600,
    signal: stop.signal,
  });
});
after(async () => {
  stop.abort();
  await stopped;
  await connection.close();
  await bed.close();
});

async function publishFrame(clip: string, index: number): Promise<void> {
  const [width, height] = [64, 48];
  const payload = await encodeJpeg({ data: new Uint8Array(width * height * 3), width, height }, 80);
  const facts = { clip, camera: 'gate', index, pts: 0, width, height };
  await bus.publish(outgoing(Frame, { camera: 'gate', clip, index }, facts, { payload }));
}

/** A look as whoever has a password for the bus may send it. */
async function forge(clip: string, index: number, frame: string): Promise<void> {
  const head = headers();
  head.set('ce-type', Look.type);
  head.set('ce-id', `forged.${clip}.${index}`);
  const body = JSON.stringify({ clip, index, frame, regions: [[0, 0, 32, 32]] });
  await connection.request(`look.${clip}.${index}`, body, { headers: head, timeout: 5_000 });
}

async function answer(clip: string, index: number): Promise<Boxes> {
  const signal = AbortSignal.timeout(30_000);
  for await (const { body } of bus.follow(Boxes, { clip, index }, { signal })) return body;
  return assert.fail('no answer');
}

const dead = async (clip: string) =>
  (await collected(bus.stored(Dead, { stage: 'detector' }))).filter(({ body }) =>
    body.subject.startsWith(`look.${clip}.`),
  );

const tracked = (clip: string): ClipTracked => ({ ...ClipTracked.examples.valid, clip, camera: 'gate' });

describe('looks at frames that are gone', { timeout: 300_000 }, () => {
  const over: readonly [what: string, clip: string, end: (clip: string) => Promise<unknown>][] = [
    [
      'the clip is tracked',
      clipId(1),
      (clip) => bus.publish(outgoing(ClipTracked, { camera: 'gate', clip }, tracked(clip))),
    ],
    [
      'the clip was given up',
      clipId(2),
      (clip) => {
        const body = { clip, camera: 'gate', file: 'a.mp4', stage: 'decoder', reason: 'broken' };
        return bus.publish(outgoing(ClipFailed, { camera: 'gate', clip }, body));
      },
    ],
    [
      'the tracker is past the frame',
      clipId(3),
      (clip) => bus.state.put(checkpointKey(clip), { ...initialCheckpoint(), next: 8, previous: 7 }),
    ],
    [
      'the tracker has begun anew',
      clipId(4),
      (clip) => bus.state.put(checkpointKey(clip), initialCheckpoint(41)),
    ],
  ];
  for (const [what, clip, end] of over) {
    test(`${what}: it is settled, and no person hears of it`, async () => {
      await end(clip);
      await bus.publish(look(clip, 7));
      assert.match((await answer(clip, 7)).failure ?? '', /is not on the bus any more/);
      await until(async () => (await bus.occupancy('LOOKS')).messages === 0, 'it is settled');
      assert.deepEqual(await dead(clip), []);
    });
  }

  test('of a clip that is being tracked: it is dead, and its tracker hears of it', async () => {
    const clip = clipId(5);
    await bus.state.put(checkpointKey(clip), { ...initialCheckpoint(), next: 7, previous: 6 });
    await bus.publish(look(clip, 7));
    assert.match((await answer(clip, 7)).failure ?? '', /is not on the bus any more/);
    assert.deepEqual(
      (await dead(clip)).map(({ body }) => body.attempts),
      [1],
    );
  });
});

describe('looks at pictures that are kept', { timeout: 300_000 }, () => {
  const clip = clipId(30);
  const lookAtImage = (index: number) => {
    const { body } = look(clip, index);
    return outgoing(Look, { clip, index }, { ...body, frame: `image.${clip}.${index}` });
  };

  test('are answered though the clip is over and its frames are freed', async () => {
    await bus.publish(outgoing(ClipTracked, { camera: 'gate', clip }, tracked(clip)));
    const [width, height] = [64, 48];
    const payload = await encodeJpeg({ data: new Uint8Array(width * height * 3), width, height }, 80);
    await bus.publish(outgoing(Image, { clip, index: 7 }, { clip, index: 7, width, height }, { payload }));
    await bus.publish(lookAtImage(7));
    const { failure, found } = await answer(clip, 7);
    assert.equal(failure, undefined);
    assert.equal(found.length, 1);
  });

  test('one that is not there is dead, and who waits hears of it', async () => {
    await bus.publish(lookAtImage(8));
    assert.match((await answer(clip, 8)).failure ?? '', /is not on the bus any more/);
    assert.equal((await dead(clip)).length, 1);
  });
});

describe('looks that somebody made up', { timeout: 300_000 }, () => {
  const clip = clipId(20);
  const cases: readonly [what: string, frame: string][] = [
    ['whose frame is longer than the server takes', `frame.${'a'.repeat(5_000)}.${clip}.0`],
    ['at every frame', 'frame.>'],
    ['at a frame of another clip', `frame.gate.${clipId(21)}.0`],
    ['at another frame of the clip', `frame.gate.${clip}.9`],
    ['at a picture of another clip', `image.${clipId(21)}.0`],
    ['at another picture of the clip', `image.${clip}.9`],
  ];

  test('are tried once, and the looks beside them are answered at their first attempt', async () => {
    await publishFrame(clipId(21), 0);
    await publishFrame(clip, 9);
    for (const [index, [, frame]] of cases.entries()) {
      await forge(clip, index, frame);
      await publishFrame(clip, 100 + index);
      await bus.publish(look(clip, 100 + index));
    }
    for (const index of cases.keys()) assert.equal((await answer(clip, 100 + index)).failure, undefined);
    await until(async () => (await dead(clip)).length === cases.length, 'those made up are dead');
    for (const { body } of await dead(clip)) assert.equal(body.attempts, 1, body.reason);
    assert.ok(!lines.some(({ msg }) => msg === 'will try again' || msg === 'bus disconnect'));
  });

  test('one whose own subject is as long as a subject can be goes to DEAD under a shorter one', async () => {
    const subject = `look.${'b'.repeat(1_900)}.${'c'.repeat(1_900)}`;
    await connection.request(subject, '{}');
    const ofLong = async () =>
      (await collected(bus.stored(Dead, { stage: 'detector' }))).filter(
        ({ body }) => body.subject === subject,
      );
    await until(async () => (await ofLong()).length === 1, 'it is dead');
    const [letter] = await ofLong();
    assert.ok((letter?.subject.length ?? 0) < 200, letter?.subject);
    assert.ok(!lines.some(({ msg }) => msg === 'bus disconnect'));
  });
});
