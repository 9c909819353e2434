import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import Type, { type Static, type TObject } from 'typebox';
import { Default } from 'typebox/value';
import type { Box } from '../../pipeline/domain/vision/box.ts';
import type { Raster } from '../../pipeline/domain/vision/image.ts';
import { encodeClip } from '../../pipeline/domain/vision/video-encode.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { runStage } from '../../pipeline/runtime/stage/run.ts';
import { handler, type Stage, stage } from '../../pipeline/runtime/stage/stage.ts';
import { Boxes } from '../../schemas/boxes.ts';
import { ClipArrived } from '../../schemas/clip-arrived.ts';
import { ClipDecoded } from '../../schemas/clip-decoded.ts';
import { ClipTracked } from '../../schemas/clip-tracked.ts';
import { Frame } from '../../schemas/frame.ts';
import { Look } from '../../schemas/look.ts';
import type { MessageType } from '../../schemas/message.ts';
import { checkpointKey, TrackerCheckpoint } from '../../schemas/state.ts';
import { Track } from '../../schemas/track.ts';
import { decoder } from '../../stages/decoder/stage.ts';
import { tracker } from '../../stages/tracker/stage.ts';
import { until } from '../processes/until.ts';
import { BOUNDS, capturedLog, clipId, collected, type LogLine, type Testbed, testbed } from './testbed.ts';

const FRAMES = 120;
const CAMERA = 'gate';
/** The detector answers no look from here on while it is held up. */
const HELD_UP_FROM = 60;

let bed: Testbed;
let bus: Bus;
let folder: string;
let source: string;

before(async () => {
  bed = await testbed();
  bus = await bed.open();
  folder = await mkdtemp(join(tmpdir(), 'shika-restart-'));
  source = join(folder, 'square.mp4');
  await encodeClip(source, pictures(), { fps: 25 });
});
after(async () => {
  await bed.close();
  await rm(folder, { recursive: true, force: true });
});

interface Process {
  readonly lines: LogLine[];
  stop(): Promise<void>;
}

/** @param options those that are not the default */
function start<O extends TObject>(
  context: TestContext,
  declared: Stage<O>,
  options: Partial<Static<O>> = {},
): Process {
  const { log, lines } = capturedLog();
  const stop = new AbortController();
  const over = runStage({
    stage: declared,
    options: Default(declared.options, { ...options }) as Static<O>, // every key has a default
    bus: { url: bed.server.url, bounds: BOUNDS },
    log,
    statsS: 3600,
    signal: stop.signal,
  });
  const running = {
    lines,
    stop: () => {
      stop.abort();
      return over;
    },
  };
  context.after(() => running.stop());
  return running;
}

/** An unanswered look or a missing frame would be waited for longer than the test may take. */
const startTracker = (context: TestContext) =>
  start(context, tracker, { answerS: 3600, checkpointEvery: 8, lostAfter: 20 });

/** Sees the square where a region shows it, but for every ninth frame. @param released lets go on behind HELD_UP_FROM */
function startDetector(context: TestContext, clip: string, released: Promise<void>): Process {
  const looksOfClip = { ...Look, subject: `look.${clip}.{index}` };
  const take = { type: looksOfClip, ackWaitS: 600, attempts: 100 };
  const gives: readonly MessageType[] = [Boxes];
  return start(
    context,
    stage({
      name: 'detector',
      summary: 'Sees a square',
      guarantee: 'None',
      options: Type.Object({}),
      takes: [take],
      gives,
      reads: [],
      keeps: {},
      start: async () => ({
        handlers: [
          handler({
            take,
            concurrency: 64,
            async *each({ id, body: { index, regions, restart = 0 } }, { signal }) {
              if (index >= HELD_UP_FROM) await Promise.race([released, aborted(signal)]);
              const found = regions.map(([left, top, w, h]) => {
                const [x, y, width, height] = squareAt(index);
                const isShown = x >= left && y >= top && x + width <= left + w && y + height <= top + h;
                return isShown && index % 9 !== 8
                  ? [
                      {
                        box: [x, y, width, height] as [number, number, number, number],
                        score: 0.9,
                        label: 'deer',
                      },
                    ]
                  : [];
              });
              const body = { clip, index, regions, restart, found, model: '0123456789abcdef' };
              yield outgoing(Boxes, { clip, index }, body, { id: `box:${id}` });
            },
          }),
        ],
      }),
    }),
  );
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

async function arrive(clip: string): Promise<void> {
  const body = { clip, camera: CAMERA, file: 'square.mp4', source, anchors: [] };
  await bus.publish(outgoing(ClipArrived, { camera: CAMERA, clip }, body));
}

async function tracked(clip: string): Promise<ClipTracked> {
  const signal = AbortSignal.timeout(60_000);
  for await (const { body } of bus.follow(ClipTracked, { camera: CAMERA, clip }, { signal })) return body;
  return assert.fail('not tracked');
}

/** Resolves when the tracker has freed frames and can't go on. */
async function heldUp(clip: string): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  for await (const { next } of bus.state.watch(checkpointKey(clip), TrackerCheckpoint, signal))
    if (next >= 48) break;
  await until(async () => !(await indices(clip)).includes(0), 'the first frames are freed');
}

async function indices(clip: string): Promise<number[]> {
  return (await collected(bus.stored(Frame, { camera: CAMERA, clip }))).map(({ body }) => body.index);
}

/** A checkpoint as an older version would have left it. */
async function makeUnfit(clip: string): Promise<void> {
  const { value } = await bus.state.get(checkpointKey(clip), TrackerCheckpoint);
  assert.ok(value);
  const { version: _, restart: __, ...older } = value;
  await bus.state.put(checkpointKey(clip), older);
}

describe('a checkpoint that can’t be read', { timeout: 240_000 }, () => {
  let expected: Awaited<ReturnType<typeof labels>>;
  let summary: Omit<ClipTracked, 'clip'>;

  async function labels(clip: string) {
    const all = await collected(bus.stored(Track, { clip }));
    return all.map(({ body: { index, track, box, cause, score } }) => ({ index, track, box, cause, score }));
  }

  test('an undisturbed clip, to compare with', async (context) => {
    const clip = clipId(1);
    const processes = [
      start(context, decoder),
      startTracker(context),
      startDetector(context, clip, Promise.resolve()),
    ];
    await arrive(clip);
    const { clip: _, ...rest } = await tracked(clip);
    summary = rest;
    expected = await labels(clip);
    for (const process of processes) await process.stop();
    assert.equal(summary.ledger.decoded, FRAMES);
    assert.ok(expected.length > FRAMES / 2);
    assert.deepEqual(summary.ledger.skipped, {});
  });

  const cases: readonly [what: string, ahead: number, decoderRestarts: boolean][] = [
    ['the clip had been decoded to its end', 100_000, false],
    ['the decoder waits for the tracker', 32, false],
    ['decoder and tracker are started again', 32, true],
  ];
  for (const [i, [what, ahead, decoderRestarts]] of cases.entries()) {
    test(`${what}: the clip is decoded again at once, and its labels are the same`, async (context) => {
      const clip = clipId(10 + i);
      const released = Promise.withResolvers<void>();
      startDetector(context, clip, released.promise);
      const first = startTracker(context);
      const decoding = start(context, decoder, { ahead });
      await arrive(clip);
      await heldUp(clip);
      if (ahead > FRAMES)
        await until(
          async () => (await bus.last(ClipDecoded, `clip.decoded.${CAMERA}.${clip}`)) !== null,
          'the clip is decoded',
        );
      await first.stop();
      if (decoderRestarts) await decoding.stop();
      await makeUnfit(clip);
      released.resolve();
      if (decoderRestarts) start(context, decoder, { ahead });
      const second = startTracker(context);

      const { clip: _, ...again } = await tracked(clip);
      assert.deepEqual(again, summary);
      assert.deepEqual(await labels(clip), expected);
      const misfit = second.lines.find(({ msg }) => msg === 'stored value does not match its schema');
      assert.equal(misfit?.expected, 'version is missing');
      assert.ok(second.lines.some(({ msg }) => msg === 'beginning the clip anew: it is decoded again'));
    });
  }
});

function squareAt(index: number): Box {
  return [20 + 3 * index, 60 + (index % 20), 40, 50];
}

async function* pictures(): AsyncGenerator<Raster> {
  const [width, height] = [480, 240];
  for (let index = 0; index < FRAMES; index++) {
    const [left, top, w, h] = squareAt(index);
    const data = new Uint8Array(width * height * 3).fill(70);
    for (let y = top; y < top + h; y++) data.fill(200, (y * width + left) * 3, (y * width + left + w) * 3);
    yield { data, width, height };
  }
}
