/** A clip that a stage gives up: every other stage lets go of it, its frames are freed, and the next clip goes on. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClipFailed } from '../../schemas/clip-failed.ts';
import { Dead } from '../../schemas/dead.ts';
import { Frame } from '../../schemas/frame.ts';
import { checkpointKey, TrackerCheckpoint } from '../../schemas/state.ts';
import { decoder } from '../../stages/decoder/stage.ts';
import { until } from '../processes/until.ts';
import {
  arrive,
  bus,
  CAMERA,
  FRAMES,
  heldUp,
  indices,
  start,
  startDetector,
  startTracker,
  tracked,
} from './clip-bed.ts';
import { clipId, collected } from './testbed.ts';

/** Frames that the decoder may be ahead: far more of the clip are still to come. */
const AHEAD = 32;

async function failed(clip: string): Promise<ClipFailed> {
  const signal = AbortSignal.timeout(60_000);
  for await (const { body } of bus.follow(ClipFailed, { camera: CAMERA, clip }, { signal })) return body;
  return assert.fail('not given up');
}

describe('a clip that is given up', { timeout: 300_000 }, () => {
  test('frees its frames, looks and checkpoint, and the clip behind it is tracked', async (context) => {
    const clip = clipId(1);
    const next = clipId(2);
    const released = Promise.withResolvers<void>();
    // One place each: whoever held on to the first clip would never come to the next.
    const decoding = start(context, decoder, { ahead: AHEAD, clips: 1 });
    // A frame is missed when it leaves the window: by then some are to be still ahead.
    startTracker(context, { window: 8 });
    startDetector(context, clip, released.promise);
    startDetector(context, next, Promise.resolve());
    await arrive(clip);
    await heldUp(clip);
    const subject = `frame.${CAMERA}.${clip}.64`;
    await until(async () => (await bus.last(Frame, subject)) !== null, 'a frame ahead of the tracker');
    const lost = await bus.last(Frame, subject);
    await bus.remove('FRAMES', lost?.sequence ?? 0);
    released.resolve();

    const { stage, reason } = await failed(clip);
    assert.equal(stage, 'tracker');
    assert.match(reason, /frame 64 of square.mp4 is not on the bus any more/);
    await arrive(next);
    assert.equal((await tracked(next)).ledger.decoded, FRAMES);
    await until(async () => (await indices(clip)).length === 0, 'its frames are freed');
    assert.ok(decoding.lines.some(({ msg }) => msg === 'nobody waits for this clip any more'));
    assert.deepEqual(await collected(bus.stored(Dead, { stage: 'decoder' })), []);
    assert.equal((await bus.state.get(checkpointKey(clip), TrackerCheckpoint)).value, undefined);
    await until(async () => (await bus.occupancy('LOOKS')).messages === 0, 'no look is left');
  });
});
