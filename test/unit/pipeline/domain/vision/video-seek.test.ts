import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { SeekIndex } from '../../../../../pipeline/domain/vision/seek-index.ts';
import { decodeClip } from '../../../../../pipeline/domain/vision/video-decode.ts';
import { framesAt } from '../../../../../pipeline/domain/vision/video-seek.ts';
import { PoisonError } from '../../../../../pipeline/runtime/errors.ts';
import { numberedKinds, numberIn, writeNumberedClip } from '../../../../fixtures/numbered-clip.ts';

const FRAMES = 80;
/** Far, near, next to keyframes, and back and forth. */
const ASKED = [79, 3, 41, 12, 13, 11, 60, 35, 0, 59];

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shika-seek-'));
});
after(() => rm(dir, { recursive: true, force: true }));

/** Which number each frame shows, by the index that it is given as. */
async function shown(path: string, wanted: readonly number[], index: SeekIndex) {
  const numbers = new Map<number, number>();
  for await (const frame of framesAt(path, wanted, index))
    numbers.set(frame.index, await numberIn(await frame.jpeg(90)));
  return numbers;
}

async function clipOf(name: string, frames = FRAMES): Promise<string> {
  const path = join(dir, name);
  await writeNumberedClip(path, { frames });
  return path;
}

async function indexed(path: string): Promise<SeekIndex> {
  const index = new SeekIndex();
  for await (const frame of decodeClip(path)) index.note(frame);
  return index;
}

/** Bytes of the first group of pictures are lost: only who begins behind them sees anything. */
async function loseStart(path: string): Promise<void> {
  const file = await readFile(path);
  const data = file.indexOf('mdat') + 4;
  await writeFile(path, file.fill(0, data + 900, data + 1_100));
}

describe('frames by index', { timeout: 120_000 }, () => {
  for (const [kind, [ending, options]] of Object.entries(numberedKinds)) {
    test(`a clip ${kind}: each frame is the one that a decoding from the start gives`, async () => {
      const path = join(dir, `${Object.keys(numberedKinds).indexOf(kind)}.${ending}`);
      await writeNumberedClip(path, { ...options, frames: FRAMES });
      const index = new SeekIndex();
      const whole: number[] = [];
      const times: number[] = [];
      for await (const frame of decodeClip(path)) {
        index.note(frame);
        times.push(frame.pts);
        whole.push(await numberIn(await frame.jpeg(90)));
      }
      assert.deepEqual(
        whole,
        Array.from({ length: FRAMES }, (_, n) => n),
      );
      for (const wanted of ASKED) {
        assert.deepEqual(await shown(path, [wanted], index), new Map([[wanted, wanted]]));
        for await (const { pts } of framesAt(path, [wanted], index))
          assert.ok(Math.abs(pts - times[wanted]!) < 1e-9, `${pts} s, not ${times[wanted]}`);
      }
      assert.deepEqual([...(await shown(path, ASKED, new SeekIndex())).values()].sort(), ASKED.toSorted());
    });
  }

  test('what is known is read from the keyframe before it, and nothing that lies earlier', async () => {
    const path = await clipOf('lost.mp4');
    const index = await indexed(path);
    await loseStart(path);
    assert.deepEqual(
      await shown(path, [79, 40], index),
      new Map([
        [40, 40],
        [79, 79],
      ]),
    );
  });

  test('what a keyframe leads to otherwise is read from the start', async () => {
    const path = await clipOf('damaged.mp4');
    const index = await indexed(path);
    const keyframe = index.keyframeBefore(40);
    assert.ok(keyframe);
    // Another place that the keyframe claims to be: everything behind it would be a frame late.
    index.keyframeBefore = () => ({ ...keyframe, index: keyframe.index + 1 });
    assert.deepEqual(await shown(path, [40], index), new Map([[40, 40]]));
  });

  test('another file in the place of the clip is refused', async () => {
    const path = await clipOf('first.mp4');
    const index = await indexed(path);
    await copyFile(await clipOf('other.mp4', 20), path);
    await assert.rejects(shown(path, [60], index), /is not the clip that it was; found none at frame 60/);
    await writeNumberedClip(path, { frames: FRAMES, turn: 180 });
    await assert.rejects(
      shown(path, [60], index),
      /is not the clip that it was; found another picture at frame 60/,
    );
  });

  test('a frame that the clip has not is refused with how many there are', async () => {
    const path = await clipOf('short.mp4', 20);
    await assert.rejects(shown(path, [5, 20], new SeekIndex()), (error: Error) => {
      assert.ok(error instanceof PoisonError);
      assert.match(error.message, /has no frame 20; found 20 frames/);
      return true;
    });
  });

  test('who comes while a clip is read from its start reads along, and not once more', async () => {
    const path = await clipOf('together.mp4', 400);
    const index = new SeekIndex();
    let readings = 0;
    const begin = index.beginReading.bind(index);
    index.beginReading = () => {
      readings += 1;
      return begin();
    };
    const first = framesAt(path, [300], index);
    const taken = first.next();
    await index.grown();
    const second = shown(path, [200, 350], index);
    assert.equal((await taken).value?.index, 300);
    const rest = first.next();
    assert.deepEqual(
      await second,
      new Map([
        [200, 200],
        [350, 350],
      ]),
    );
    await rest;
    assert.equal(readings, 1);
    assert.equal(index.length, 400, 'a clip that was read so far is read to its end');
  });
});
