import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { encodeClip } from '../../../../../pipeline/domain/vision/video-encode.ts';
import { cameraTime, recordedAt } from '../../../../../pipeline/ingest/time/recorded-at.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-recorded-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const options = { timeZone: 'Asia/Tokyo', now: Date.UTC(2025, 0, 1) };

test('recorded at - times without a zone are the camera’s, its offset is added', () => {
  assert.equal(cameraTime('2024-05-12T06:30:15', options), '2024-05-12T06:30:15.000+09:00');
  assert.equal(cameraTime('2024-05-12T06:30:15Z', options), '2024-05-12T15:30:15.000+09:00');
  assert.equal(cameraTime('2024-05-12T06:30:15+0200', options), '2024-05-12T13:30:15.000+09:00');
  assert.equal(
    cameraTime('2024-05-12 06:30:15', { ...options, clockOffset: -3600 }),
    '2024-05-12T05:30:15.000+09:00',
  );
  const berlin = { ...options, timeZone: 'Europe/Berlin' };
  assert.equal(cameraTime('2024-01-12T06:30:15', berlin), '2024-01-12T06:30:15.000+01:00');
  assert.equal(cameraTime('2024-07-12T06:30:15', berlin), '2024-07-12T06:30:15.000+02:00');
});

test('recorded at - 1904, 1970, the first of 2000, the future and nonsense are no times', () => {
  for (const text of [
    '1904-01-01T00:00:00Z',
    '1970-01-01T00:00:00Z',
    '2000-01-01T00:03:00',
    '2025-01-03T00:00:00Z',
    '2024-13-45T00:00:00',
    '2024-02-30T10:00:00',
    'yesterday',
  ]) {
    assert.equal(cameraTime(text, options), undefined, text);
  }
  // Its clock began at 2000-01-01; the offset puts it right.
  assert.equal(
    cameraTime('2000-01-01T00:00:00Z', { ...options, clockOffset: 768_000_000 }),
    '2024-05-03T06:20:00.000+09:00',
  );
});

test('recorded at - the name where the container says nothing, the file’s own time at last', async () => {
  const named = join(folder, 'RLC_20240512063015.mp4');
  const plain = join(folder, 'IMG_0001.mp4');
  for (const path of [named, plain]) {
    await writeFile(path, 'no video');
    await utimes(path, new Date('2024-06-01T00:00:00Z'), new Date('2024-06-01T00:00:00Z'));
  }
  assert.deepEqual(await recordedAt(named, options), {
    time: '2024-05-12T06:30:15.000+09:00',
    source: 'name',
  });
  assert.deepEqual(await recordedAt(plain, options), {
    time: '2024-06-01T09:00:00.000+09:00',
    source: 'file',
  });
  await utimes(plain, new Date(0), new Date(0));
  assert.equal(await recordedAt(plain, options), undefined);
});

test('recorded at - EXIF of a still comes before its name', async () => {
  const still = join(folder, 'IMG_20230101_000000.jpg');
  await sharp({ create: { width: 8, height: 8, channels: 3, background: '#575' } })
    .withExif({ IFD2: { DateTimeOriginal: '2024:05:12 06:30:15', OffsetTimeOriginal: '+02:00' } })
    .jpeg()
    .toFile(still);
  assert.deepEqual(await recordedAt(still, options), {
    time: '2024-05-12T13:30:15.000+09:00',
    source: 'exif',
  });
});

test('recorded at - EXIF’s zone is that of its time; spaces for one are none', async () => {
  const exif = async (name: string, tags: Record<string, string>) => {
    const still = join(folder, name);
    await sharp({ create: { width: 8, height: 8, channels: 3, background: '#575' } })
      .withExif({ IFD2: tags })
      .jpeg()
      .toFile(still);
    return (await recordedAt(still, options))?.time;
  };
  const time = '2024:05:12 06:30:15';
  assert.equal(
    await exif('blank.jpg', { DateTimeOriginal: time, OffsetTimeOriginal: '   :  ' }),
    '2024-05-12T06:30:15.000+09:00',
  );
  assert.equal(
    await exif('digitized.jpg', { DateTimeDigitized: time, OffsetTimeDigitized: '+02:00' }),
    '2024-05-12T13:30:15.000+09:00',
  );
});

/** A clip whose header says that it was created then; QuickTime counts seconds from 1904. */
async function clipCreated(path: string, time: number): Promise<void> {
  async function* frames() {
    yield { width: 32, height: 32, channels: 3, data: new Uint8Array(32 * 32 * 3) } as const;
  }
  await encodeClip(path, frames(), { fps: 25 });
  const bytes = await readFile(path);
  bytes.writeUInt32BE((time - Date.UTC(1904, 0, 1)) / 1000, bytes.indexOf('mvhd') + 8);
  await writeFile(path, bytes);
}

test('recorded at - the container comes first, unless its time is implausible', async () => {
  const path = join(folder, '20230101_000000.mp4');
  await clipCreated(path, Date.UTC(2024, 4, 12, 6, 30, 15));
  assert.deepEqual(await recordedAt(path, options), {
    time: '2024-05-12T15:30:15.000+09:00',
    source: 'container',
  });
  for (const implausible of [Date.UTC(1970, 0, 1), Date.UTC(2030, 0, 1)]) {
    await clipCreated(path, implausible);
    assert.deepEqual(await recordedAt(path, options), {
      time: '2023-01-01T00:00:00.000+09:00',
      source: 'name',
    });
  }
});

test('recorded at - a container that has the name’s own time as UTC has the camera’s local time', async () => {
  const named = join(folder, 'RLC_20240512_063015.mp4');
  await clipCreated(named, Date.UTC(2024, 4, 12, 6, 31, 0));
  assert.deepEqual(await recordedAt(named, options), {
    time: '2024-05-12T06:31:00.000+09:00',
    source: 'container',
  });
  const utc = join(folder, 'PXL_20240512_063015000.mp4');
  await clipCreated(utc, Date.UTC(2024, 4, 12, 6, 30, 15));
  assert.equal((await recordedAt(utc, options))?.time, '2024-05-12T15:30:15.000+09:00');
});
