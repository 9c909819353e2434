import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, watch, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Raster } from '../../../../../pipeline/domain/vision/image.ts';
import { decodeClip } from '../../../../../pipeline/domain/vision/video-decode.ts';
import { encodeClip } from '../../../../../pipeline/domain/vision/video-encode.ts';
import { recordStream } from '../../../../../pipeline/ingest/cameras/record.ts';
import { finishAbandoned } from '../../../../../pipeline/ingest/cameras/unfinished.ts';
import { RetryableError } from '../../../../../pipeline/runtime/errors.ts';

let folder: string;
let clip: Buffer;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-record-'));
  const path = join(folder, 'camera.ts');
  await encodeClip(path, pictures(60), { fps: 30, keyframeEvery: 10 });
  clip = await readFile(path);
});

after(() => rm(folder, { recursive: true }));

async function* pictures(count: number): AsyncGenerator<Raster> {
  const [width, height] = [160, 96];
  for (let i = 0; i < count; i++) {
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 7 + i * 4) % 256);
    yield { data, width, height };
  }
}

/** A camera that sends its clip in pieces, and then ends or falls silent. */
async function withCamera(then: 'ends' | 'is silent', use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer((_request, response) => {
    for (let at = 0; at < clip.byteLength; at += clip.byteLength / 8)
      response.write(clip.subarray(at, at + clip.byteLength / 8));
    if (then === 'ends') response.end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  // listen(port) gives an address with a port, never a pipe's name
  const { port } = server.address() as AddressInfo;
  try {
    await use(`http://127.0.0.1:${port}/live.ts`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Frames of each file, in the order of the files' names. */
async function recorded(into: string): Promise<number[]> {
  const counts: number[] = [];
  for (const name of (await readdir(into)).sort()) {
    assert.match(name, /^\d{4}-\d\d-\d\dT[\d-]+Z\.mkv$/);
    let frames = 0;
    for await (const { index } of decodeClip(join(into, name))) frames = index + 1;
    counts.push(frames);
  }
  return counts;
}

test('recording - a stream becomes files that begin with a keyframe, and no frame is lost between them', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() }); // as if all of it came in one go
  const into = join(folder, 'gate');
  await withCamera('ends', async (url) => {
    const signal = AbortSignal.timeout(20_000);
    await recordStream(url, { folder: into, segmentS: 0.5, timeoutS: 5, signal });
  });
  assert.deepEqual(await recorded(into), [20, 20, 20]);
});

test('recording - what a camera sent before it fell silent is kept', async () => {
  const into = join(folder, 'silent');
  await withCamera('is silent', async (url) => {
    const signal = AbortSignal.timeout(20_000);
    const options = { folder: into, segmentS: 60, timeoutS: 1, signal };
    await assert.rejects(recordStream(url, options), RetryableError);
  });
  const [frames = 0, ...more] = await recorded(into);
  assert.ok(frames > 50, `${frames} frames`);
  assert.deepEqual(more, []);
});

test('recording - a file that a killed recorder left is finished by the next one', async () => {
  const into = join(folder, 'killed');
  await withCamera('is silent', async (url) => {
    const options = { folder: into, segmentS: 60, timeoutS: 1 };
    await assert.rejects(
      recordStream(url, { ...options, signal: AbortSignal.timeout(20_000) }),
      RetryableError,
    );
    const [name = ''] = await readdir(into);
    const bytes = await readFile(join(into, name));
    await rm(join(into, name));
    await writeFile(
      join(into, '2026-01-01T00-00-00-000Z.mkv.part'),
      bytes.subarray(0, bytes.byteLength * 0.8),
    );
    await assert.rejects(
      recordStream(url, { ...options, signal: AbortSignal.timeout(20_000) }),
      RetryableError,
    );
  });
  const [old = 0, fresh = 0] = await recorded(into);
  assert.ok(old > 30 && fresh > 50, `${old} and ${fresh} frames`);
});

test('recording - a second recorder leaves the file alone that the first one is writing', async () => {
  const into = join(folder, 'two');
  await withCamera('is silent', async (url) => {
    const options = { folder: into, segmentS: 60, timeoutS: 2, signal: AbortSignal.timeout(20_000) };
    await mkdir(into);
    const written = (async () => {
      for await (const { filename } of watch(into, { signal: options.signal })) {
        if (filename?.endsWith('.part')) return filename;
      }
      return '';
    })();
    const first = recordStream(url, options);
    const part = await written;
    // Of another machine, and of another process on this one; of a process that is gone.
    const elsewhere = '2026-01-01T00-00-00-000Z.mkv.elsewhere-1.part';
    const other = `2026-01-01T00-00-00-001Z.mkv.${part.split('.').at(-2)?.replace(/\d+$/, `${process.ppid}`)}.part`;
    const gone = `2026-01-01T00-00-00-002Z.mkv.${part.split('.').at(-2)?.replace(/\d+$/, '4194999')}.part`;
    for (const name of [elsewhere, other, gone]) await writeFile(join(into, name), 'x');
    await finishAbandoned(into);
    const names = await readdir(into);
    for (const name of [part, elsewhere, other]) assert.ok(names.includes(name), `${name} of ${names}`);
    assert.ok(names.includes('2026-01-01T00-00-00-002Z.mkv'));
    for (const name of [elsewhere, other, '2026-01-01T00-00-00-002Z.mkv']) await rm(join(into, name));
    await assert.rejects(first, RetryableError);
  });
  assert.ok((await recorded(into))[0]! > 50);
});
