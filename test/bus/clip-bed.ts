/** A clip of a bright square, and stages in this process that track it: what a clip goes through on a real bus. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext } from 'node:test';
import Type, { type Static, type TObject } from 'typebox';
import type { Box } from '../../pipeline/domain/vision/box.ts';
import type { Raster } from '../../pipeline/domain/vision/image.ts';
import { encodeClip } from '../../pipeline/domain/vision/video-encode.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { handler, type Stage, stage } from '../../pipeline/runtime/stage/stage.ts';
import { Boxes } from '../../schemas/boxes.ts';
import { ClipArrived } from '../../schemas/clip-arrived.ts';
import { ClipTracked } from '../../schemas/clip-tracked.ts';
import { Frame } from '../../schemas/frame.ts';
import { Look } from '../../schemas/look.ts';
import type { MessageType } from '../../schemas/message.ts';
import { checkpointKey, TrackerCheckpoint } from '../../schemas/state.ts';
import { tracker } from '../../stages/tracker/stage.ts';
import { until } from '../processes/until.ts';
import { type Process, startStage } from './stage-bed.ts';
import { collected, type Testbed, testbed } from './testbed.ts';

export const FRAMES = 120;
export const CAMERA = 'gate';
/** The detector answers no look from here on while it is held up. */
const HELD_UP_FROM = 60;

export let bed: Testbed;
export let bus: Bus;
let folder: string;
export let source: string;

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

/** @param options those that are not the default */
export function start<O extends TObject>(
  context: TestContext,
  declared: Stage<O>,
  options: Partial<Static<O>> = {},
): Process {
  return startStage(context, bed.server.url, declared, options);
}

/** An unanswered look or a missing frame would be waited for longer than the test may take. */
export const startTracker = (context: TestContext, options: Partial<Static<typeof tracker.options>> = {}) =>
  start(context, tracker, { answerS: 3600, checkpointEvery: 8, lostAfter: 20, ...options });

/**
 * Sees the square where a region shows it.
 * @param released lets go on behind HELD_UP_FROM
 * @param sees whether it sees the square in a frame; all but every ninth where not given
 */
export function startDetector(
  context: TestContext,
  clip: string,
  released: Promise<void>,
  sees: (index: number) => boolean = (index) => index % 9 !== 8,
): Process {
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
                return isShown && sees(index)
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

export async function arrive(clip: string): Promise<void> {
  const body = { clip, camera: CAMERA, file: 'square.mp4', source, anchors: [] };
  await bus.publish(outgoing(ClipArrived, { camera: CAMERA, clip }, body));
}

export async function tracked(clip: string): Promise<ClipTracked> {
  const signal = AbortSignal.timeout(60_000);
  for await (const { body } of bus.follow(ClipTracked, { camera: CAMERA, clip }, { signal })) return body;
  return assert.fail('not tracked');
}

/** Resolves when the tracker has freed frames and can't go on. */
export async function heldUp(clip: string): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  for await (const { next } of bus.state.watch(checkpointKey(clip), TrackerCheckpoint, signal))
    if (next >= 48) break;
  await until(async () => !(await indices(clip)).includes(0), 'the first frames are freed');
}

export async function indices(clip: string): Promise<number[]> {
  return (await collected(bus.stored(Frame, { camera: CAMERA, clip }))).map(({ body }) => body.index);
}

/** Where the square is, px. */
export function squareAt(index: number): Box {
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
