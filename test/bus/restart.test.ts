import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClipDecoded } from '../../schemas/clip-decoded.ts';
import type { ClipTracked } from '../../schemas/clip-tracked.ts';
import { checkpointKey, TrackerCheckpoint } from '../../schemas/state.ts';
import { Track } from '../../schemas/track.ts';
import { decoder } from '../../stages/decoder/stage.ts';
import { until } from '../processes/until.ts';
import {
  arrive,
  bus,
  CAMERA,
  FRAMES,
  heldUp,
  start,
  startDetector,
  startTracker,
  tracked,
} from './clip-bed.ts';
import { clipId, collected } from './testbed.ts';

/** A checkpoint as an older version would have left it. */
async function makeUnfit(clip: string): Promise<void> {
  const { value } = await bus.state.get(checkpointKey(clip), TrackerCheckpoint);
  assert.ok(value);
  const { version: _, restart: __, ...older } = value;
  await bus.state.put(checkpointKey(clip), older);
}

describe('a checkpoint that can’t be read', { timeout: 300_000 }, () => {
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
