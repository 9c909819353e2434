import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { clipIdOf } from '../../../../../pipeline/domain/vision/clip-id.ts';
import { decodeImage, type Raster } from '../../../../../pipeline/domain/vision/image.ts';
import type { DecodeSummary } from '../../../../../pipeline/domain/vision/video-damage.ts';
import { type DecodeOptions, decodeClip } from '../../../../../pipeline/domain/vision/video-decode.ts';
import { type EncodeOptions, encodeClip } from '../../../../../pipeline/domain/vision/video-encode.ts';
import type { VideoFrame } from '../../../../../pipeline/domain/vision/video-frame.ts';
import { uprightFilter } from '../../../../../pipeline/domain/vision/video-open.ts';
import { probeClip } from '../../../../../pipeline/domain/vision/video-probe.ts';
import { PoisonError, RetryableError } from '../../../../../pipeline/runtime/errors.ts';
import { casePath, dataPath, noCases, noData } from '../../../../fixtures/shared-data.ts';
import { until } from '../../../../processes/until.ts';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shika-video-'));
});
after(() => rm(dir, { recursive: true, force: true }));

const width = 96;
const height = 64;

/** Frame n: a bright square on dark green, n px from the left; the top left corner is red. */
async function* square(frames: number): AsyncGenerator<Raster> {
  for (let n = 0; n < frames; n++) {
    const data = new Uint8Array(width * height * 3);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const inside = x >= n && x < n + 16 && y >= 24 && y < 40;
        const corner = x < 16 && y < 16;
        data.set(inside ? [230, 230, 230] : corner ? [220, 30, 30] : [20, 60, 20], (y * width + x) * 3);
      }
    }
    yield { data, width, height };
  }
}

async function clipOf(name: string, frames = 20, options: Partial<EncodeOptions> = {}): Promise<string> {
  const path = join(dir, name);
  await encodeClip(path, square(frames), { fps: 12.5, ...options });
  return path;
}

async function decodeAll<T>(
  path: string,
  take: (frame: VideoFrame) => T | Promise<T>,
  options: DecodeOptions = {},
) {
  const taken: T[] = [];
  let summary: DecodeSummary | undefined;
  const onEnd = (end: DecodeSummary) => {
    summary = end;
  };
  for await (const frame of decodeClip(path, { ...options, onEnd })) taken.push(await take(frame));
  return { taken, summary };
}

const near = (found: number | undefined, expected: number, tolerance: number) =>
  assert.ok(Math.abs(found! - expected) <= tolerance, `${found} is not ${expected} ± ${tolerance}`);

for (const [name, codec] of [
  ['a.mp4', 'h264'],
  ['a.mov', 'h264'],
  ['a.mkv', 'h264'],
  ['a.ts', 'h264'],
  ['b.mp4', 'hevc'],
  ['b.mkv', 'hevc'],
  ['b.ts', 'hevc'],
  ['c.avi', 'mpeg4'],
  ['c.mp4', 'mpeg4'],
] as const) {
  test(`video - ${codec} in ${name.slice(2)}: every frame, dense indexes, times from 0, the right colours`, async () => {
    const path = await clipOf(name, 20, { codec });
    const info = await probeClip(path);
    assert.deepEqual([info.width, info.height, info.codec], [width, height, codec]);
    near(info.fps, 12.5, 0.01);
    const { taken, summary } = await decodeAll(path, async (frame) => ({
      index: frame.index,
      pts: frame.pts,
      raster: await frame.raster(),
      jpeg: await decodeImage(await frame.jpeg(95), name),
    }));
    assert.deepEqual(
      taken.map(({ index }) => index),
      Array.from({ length: 20 }, (_, n) => n),
    );
    for (const { index, pts, raster, jpeg } of taken) {
      near(pts, index / 12.5, 0.002);
      for (const picture of [raster, jpeg]) {
        const at = (x: number, y: number) =>
          picture.data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3);
        near(at(index + 8, 32)[1], 230, 12);
        near(at(90, 8)[1], 60, 12);
        near(at(4, 4)[0], 220, 25);
      }
    }
    assert.equal(summary?.frames, 20);
    assert.equal(summary?.damage, undefined);
  });
}

test('video - the same clip gives the same JPEG bytes on every run, and encodes to the same file', async () => {
  const path = await clipOf('same.mp4');
  const digest = async () => {
    const hash = createHash('sha256');
    await decodeAll(path, async (frame) => hash.update(await frame.jpeg(90)));
    return hash.digest('hex');
  };
  assert.equal(await digest(), await digest());
  assert.equal(await clipIdOf(path), await clipIdOf(await clipOf('same2.mp4')));
  const whole = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  assert.equal(await clipIdOf(path), whole.slice(0, 16));
});

test('video - a JPEG keeps to the bytes it may have', async () => {
  async function* noise(): AsyncGenerator<Raster> {
    for (let n = 0; n < 3; n++) {
      const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i * (n + 7919)) % 251);
      yield { data, width, height };
    }
  }
  const path = join(dir, 'limit.mp4');
  await encodeClip(path, noise(), { fps: 25 });
  const { taken } = await decodeAll(path, async (frame) => [
    await frame.jpeg(98),
    await frame.jpeg(98, 3000),
  ]);
  for (const [free, limited] of taken) {
    assert.ok(free!.byteLength > 3000, `${free!.byteLength}`);
    assert.ok(limited!.byteLength <= 3000, `${limited!.byteLength}`);
  }
});

/** Writes a rotation into the track header of an mp4, as phones do. */
async function rotate(path: string, matrix: number[]): Promise<string> {
  const bytes = await readFile(path);
  const at = bytes.indexOf('tkhd') + 4 + 40;
  for (const [i, value] of matrix.entries()) bytes.writeInt32BE(value, at + i * 4);
  const turned = path.replace('.mp4', '.turned.mp4');
  await writeFile(turned, bytes);
  return turned;
}

test('video - a clip that says it was filmed sideways comes out upright', async () => {
  const unit = 1 << 16;
  const path = await clipOf('upright.mp4', 3);
  // a quarter turn clockwise: the red corner goes from top left to top right
  const turned = await rotate(path, [0, unit, 0, -unit, 0, 0, height * unit, 0, 1 << 30]);
  const info = await probeClip(turned);
  assert.deepEqual([info.width, info.height], [height, width]);
  const { taken } = await decodeAll(turned, async (frame) => [
    await frame.raster(),
    await decodeImage(await frame.jpeg(95), 'turned'),
  ]);
  for (const picture of taken.flat()) {
    assert.deepEqual([picture.width, picture.height], [height, width]);
    near(picture.data[(4 * height + (height - 5)) * 3], 220, 25);
    near(picture.data[(4 * height + 5) * 3], 20, 25);
  }
});

test('video - every right angle and mirror has its filter, other angles none', () => {
  const matrix = (...[a, b, c, d]: number[]) => {
    const bytes = Buffer.alloc(36);
    for (const [index, value] of [
      [0, a],
      [1, b],
      [3, c],
      [4, d],
    ] as const)
      bytes.writeInt32LE(value! * 65536, index * 4);
    return bytes;
  };
  assert.equal(uprightFilter(null), '');
  assert.equal(uprightFilter(matrix(1, 0, 0, 1)), '');
  assert.equal(uprightFilter(matrix(-1, 0, 0, -1)), 'hflip,vflip');
  assert.equal(uprightFilter(matrix(0, 1, -1, 0)), 'transpose=clock');
  assert.equal(uprightFilter(matrix(0, -1, 1, 0)), 'transpose=cclock');
  assert.equal(uprightFilter(matrix(0.7, 0.7, -0.7, 0.7)), '');
});

test('video - files that are no clip are poison that says what was found', async () => {
  const good = await readFile(await clipOf('good.mp4'));
  const cut = good.subarray(0, good.indexOf('moov') - 4);
  const cases: [name: string, bytes: Uint8Array | undefined, says: RegExp][] = [
    ['missing.mp4', undefined, /ENOENT/],
    ['empty.mp4', new Uint8Array(), /0 bytes/],
    ['text.mp4', Buffer.from('frame,x,y\n1,2,3\n'), /16 bytes of text/],
    ['noindex.mp4', cut, /cut off after \d+ bytes: its index \('moov'\) is missing/],
    ['noise.mp4', createHash('sha512').update('x').digest(), /64 bytes/],
  ];
  for (const [name, bytes, says] of cases) {
    const path = join(dir, name);
    if (bytes !== undefined) await writeFile(path, bytes);
    for (const attempt of [() => probeClip(path), () => decodeAll(path, () => 0)]) {
      await assert.rejects(attempt, (error) => {
        assert.ok(error instanceof PoisonError, String(error));
        assert.match(error.message, new RegExp(`^${name} `));
        assert.match(error.found ?? '', says);
        assert.ok(error.expected !== undefined);
        return true;
      });
    }
  }
  await assert.rejects(probeClip(dir), /found a folder/);
});

test('video - sound alone is poison: no picture', async () => {
  // one second of 8-bit silence as a WAV file
  const header = Buffer.from(
    '52494646641f000057415645666d74201000000001000100401f0000401f00000100080064617461401f0000',
    'hex',
  );
  const path = join(dir, 'sound.wav');
  await writeFile(path, Buffer.concat([header, Buffer.alloc(8000, 128)]));
  await assert.rejects(probeClip(path), /sound.wav has no picture; found 1 streams, 1 of them sound/);
});

test('video - a clip whose every packet is zeroed is poison, not a clip without frames', async () => {
  const bytes = await readFile(await clipOf('zeroed.mp4'));
  const data = bytes.indexOf('mdat') + 4;
  bytes.fill(0, data, bytes.indexOf('moov') - 4);
  const path = join(dir, 'zeroed.mp4');
  await writeFile(path, bytes);
  await assert.rejects(
    decodeAll(path, () => 0),
    (error) => error instanceof PoisonError && /0 frames in 20 packets/.test(error.found ?? ''),
  );
});

test('video - of a transport stream cut in the middle the first half is given', async () => {
  const bytes = await readFile(await clipOf('half.ts', 60));
  const path = join(dir, 'half-cut.ts');
  await writeFile(path, bytes.subarray(0, bytes.byteLength >> 1));
  const { taken } = await decodeAll(path, ({ index }) => index);
  assert.ok(taken.length > 15 && taken.length < 60, `${taken.length} frames`);
});

test('video - stopping early and aborting free the decoder', async () => {
  const path = await clipOf('early.mp4');
  for await (const frame of decodeClip(path)) if (frame.index === 2) break;

  const controller = new AbortController();
  const seen: number[] = [];
  await assert.rejects(
    async () => {
      for await (const { index } of decodeClip(path, { signal: controller.signal })) {
        seen.push(index);
        if (index === 2) controller.abort();
      }
    },
    { name: 'AbortError' },
  );
  assert.ok(seen.length < 20);
});

test('video - pixels may be waited for later, but not asked for later', async () => {
  const path = await clipOf('later.mp4');
  const waiting: Promise<Uint8Array>[] = [];
  const frames: VideoFrame[] = [];
  for await (const frame of decodeClip(path)) {
    frames.push(frame);
    waiting.push(frame.jpeg(80));
  }
  assert.equal((await Promise.all(waiting)).filter((jpeg) => jpeg.byteLength > 100).length, 20);
  await assert.rejects(frames[0]!.jpeg(80), /frame 0 is gone/);
});

async function withServer(answer: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  // listen(port) gives an address with a port, never a pipe's name
  const { port } = server.address() as AddressInfo;
  try {
    await use(`http://user:secret@127.0.0.1:${port}/live.ts`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test('video - a stream’s address is decoded like a file', async () => {
  const bytes = await readFile(await clipOf('served.ts'));
  await withServer(
    (_request, response) => response.end(bytes),
    async (url) => {
      const { taken } = await decodeAll(url, ({ index }) => index);
      assert.equal(taken.length, 20);
    },
  );
});

test('video - a camera that can’t be reached or falls silent is retryable, and its password stays out', async () => {
  const check = (error: unknown) => {
    assert.ok(error instanceof RetryableError, String(error));
    assert.doesNotMatch(error.message, /secret|user/);
    assert.match(error.message, /127\.0\.0\.1/);
    return true;
  };
  await assert.rejects(probeClip('rtsp://user:secret@127.0.0.1:9/cam', { timeoutS: 1 }), check);
  const bytes = await readFile(await clipOf('silent.ts', 200));
  await withServer(
    (_request, response) => response.write(bytes.subarray(0, bytes.byteLength >> 1)),
    async (url) => {
      await assert.rejects(
        decodeAll(url, () => 0, { timeoutS: 1 }),
        check,
      );
    },
  );
});

test('video - an address that sends a little for ever, and never a picture, is given up', async () => {
  const bytes = await readFile(await clipOf('drip.ts', 200));
  for (const begin of [0, bytes.byteLength >> 1]) {
    let drips: Promise<void> | undefined;
    const drip = (response: ServerResponse) => {
      response.write(Buffer.alloc(188, 0x47));
      return response.destroyed;
    };
    await withServer(
      (_request, response) => {
        response.write(bytes.subarray(0, begin));
        drips = until(() => drip(response), 'the reader has left', 60_000);
      },
      async (url) => {
        const expected = { name: 'RetryableError', message: /gives no picture; found no picture in 1.5 s/ };
        await assert.rejects(
          decodeAll(url, () => 0, { timeoutS: 0.5 }),
          expected,
        );
      },
    );
    await drips;
  }
});

/** Damages a file's bytes. */
type Harm = (bytes: Buffer) => Buffer;

const withoutEnd: Harm = (bytes) => bytes.subarray(0, bytes.length - 100);
const withoutMiddle: Harm = (bytes) =>
  Buffer.concat([
    bytes.subarray(0, Math.trunc(bytes.length * 0.4)),
    bytes.subarray(Math.trunc(bytes.length * 0.6)),
  ]);
const withEmptyMiddle: Harm = (bytes) => {
  const harmed = Buffer.from(bytes);
  return harmed.fill(0, Math.trunc(bytes.length * 0.4), Math.trunc(bytes.length * 0.6));
};

const harms: readonly [what: string, name: string, harm: Harm, said: RegExp][] = [
  ['a Matroska file that was cut off', 'end.mkv', withoutEnd, /shorter than it announces/],
  ['an AVI that was cut off', 'end.avi', withoutEnd, /shorter than it announces/],
  ['a transport stream that was cut off', 'end.ts', withoutEnd, /shorter than it announces/],
  ['a Matroska file without its middle', 'cut.mkv', withoutMiddle, /shorter than it announces/],
  ['a Matroska file with an empty middle', 'hole.mkv', withEmptyMiddle, /torn: \d+ of \d+ frames are there/],
  ['a program stream with an empty middle', 'hole.mpg', withEmptyMiddle, /torn: \d+ of \d+ frames are there/],
  ['an FLV with an empty middle', 'hole.flv', withEmptyMiddle, /frames are there|can't be read/],
];
for (const [what, name, harm, said] of harms) {
  test(`video - ${what} is damaged, whatever it announces; whole it is not`, async () => {
    const path = await clipOf(name, 120, {
      // A program stream comes in packs of 2,048 bytes: the hole must be larger than two.
      keyframeEvery: name.endsWith('mpg') ? 1 : 12,
      ...(name.endsWith('avi') && { codec: 'mpeg4' }),
    });
    const whole = await decodeAll(path, () => 0);
    assert.deepEqual([whole.taken.length, whole.summary?.damage], [120, undefined]);
    const harmed = join(dir, `harmed-${name}`);
    await writeFile(harmed, harm(await readFile(path)));
    const { taken, summary } = await decodeAll(harmed, () => 0);
    assert.ok(taken.length <= 120);
    assert.match(summary?.damage?.what ?? 'nothing', said);
  });
}

test('video - aborting ends the wait for a camera that never answers', async () => {
  await withServer(
    () => undefined,
    async (url) => {
      const start = performance.now();
      const signal = AbortSignal.timeout(300);
      await assert.rejects(probeClip(url, { timeoutS: 30, signal }), { name: 'TimeoutError' });
      assert.ok(performance.now() - start < 10_000);
    },
  );
});

const counts: Record<string, number> = {
  'chimps.mp4': 450,
  'deer-daylight.mp4': 402,
  'farm-cctv.mp4': 259,
  'fawn-panning.mp4': 234,
  'herd-close.mp4': 355,
  'herd-dusk.mp4': 40,
  'savanna-tiny.avi': 1814,
  'small-cat-ir.mp4': 360,
};

for (const [name, frames] of Object.entries(counts)) {
  const path = dataPath(`clips/${name}`);
  test(`video - ${name} has ${frames} frames`, { skip: path === undefined && noData }, async () => {
    const { taken, summary } = await decodeAll(path!, ({ pts }) => pts);
    assert.equal(taken.length, frames);
    assert.ok(
      taken.every((pts, i) => i === 0 || pts > taken[i - 1]!),
      'times grow',
    );
    assert.equal(summary?.damage, undefined);
  });
}

const deer = dataPath('clips/deer-daylight.mp4');

test('video - with a bit flipped in every 2 KB nearly all frames come back', {
  skip: deer === undefined && noData,
}, async () => {
  const bytes = await readFile(deer!);
  for (let at = bytes.indexOf('mdat') + 500; at < bytes.length; at += 2000) bytes[at]! ^= 1 << (at % 8);
  const path = join(dir, 'flipped.mp4');
  await writeFile(path, bytes);
  const { taken, summary } = await decodeAll(path, ({ index }) => index);
  assert.ok(taken.length >= 395, `${taken.length} of 402`);
  assert.ok(summary!.damage!.damagedFrames > 50);
  assert.match(summary!.damage!.what, /frames are damaged/);
});

test('video - of an mp4 cut in its data the rest is given and the cut reported', {
  skip: deer === undefined && noData,
}, async () => {
  const bytes = await readFile(deer!);
  const path = join(dir, 'cut.mp4');
  await writeFile(path, bytes.subarray(0, bytes.byteLength >> 1));
  const { taken, summary } = await decodeAll(path, ({ index }) => index);
  assert.ok(taken.length >= 210, `${taken.length}`);
  assert.match(summary!.damage!.what, /cut off: \d+ of 402 frames are there/);
});

for (const name of ['cut.mkv', 'cut.avi']) {
  test(`video - a ${name.slice(4)} that is cut off says how much is missing, a whole one says nothing`, async () => {
    const bytes = await readFile(await clipOf(name, 60));
    const whole = await decodeAll(join(dir, name), ({ index }) => index);
    assert.equal(whole.taken.length, 60);
    assert.equal(whole.summary?.damage, undefined);
    const path = join(dir, `half-${name}`);
    await writeFile(path, bytes.subarray(0, Math.floor(0.7 * bytes.byteLength)));
    const { taken, summary } = await decodeAll(path, ({ index }) => index);
    assert.ok(taken.length > 0 && taken.length < 55, `${taken.length}`);
    const { missingFrames, what } = summary!.damage!;
    assert.ok(Math.abs(taken.length + missingFrames - 60) <= 3, `${taken.length} + ${missingFrames}`);
    assert.match(what, /^cut off: \d+ of \d+ frames are there/);
  });
}

test('video - a named pipe is refused at once: nobody may ever write to it', async () => {
  const pipe = join(dir, 'pipe.mp4');
  spawnSync('mkfifo', [pipe]);
  await assert.rejects(probeClip(pipe), /found a named pipe/);
});

const tall = casePath('damaged-clips/f0975-flip1e-2-wmv2_wmv.wmv');

test('video - a header that announces what no camera makes is refused at once', {
  skip: tall === undefined && noCases,
}, async () => {
  await assert.rejects(probeClip(tall!), (error) => {
    assert.ok(error instanceof PoisonError);
    assert.match(error.message, /announces a picture that no camera makes; found 192 x 65644 px/);
    return true;
  });
});

for (const [name, frames, missing] of [
  ['f0154-trunc-mjpeg_avi.avi', 4, 20],
  ['f0716-dup-vp9_webm.webm', 1, 23],
] as const) {
  const path = casePath(`damaged-clips/${name}`);
  test(`video - ${name}: what came, and what is missing`, {
    skip: path === undefined && noCases,
  }, async () => {
    const { taken, summary } = await decodeAll(path!, ({ index }) => index);
    assert.equal(taken.length, frames);
    assert.equal(summary?.damage?.missingFrames, missing);
  });
}
