/**
 * How long a frame far into a clip takes: read from the start, and from the keyframe before it. The clip is made for it,
 * 640 x 360 in H.264 with a keyframe every 48 frames, or given.
 *
 *   node test/bench/stills.ts [--frames 20000] [--clip FILE]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { quantile } from 'simple-statistics';
import type { Raster } from '../../pipeline/domain/vision/image.ts';
import { SeekIndex } from '../../pipeline/domain/vision/seek-index.ts';
import { encodeClip } from '../../pipeline/domain/vision/video-encode.ts';
import { framesAt } from '../../pipeline/domain/vision/video-seek.ts';

const { values } = parseArgs({
  options: { frames: { type: 'string', default: '20000' }, clip: { type: 'string' } },
});
const folder = await mkdtemp(join(tmpdir(), 'shika-stills-'));
try {
  const path = values.clip ?? join(folder, 'long.mp4');
  if (!values.clip) await encodeClip(path, noise(Number(values.frames)), { fps: 25 });
  const index = new SeekIndex();
  const timed = async (wanted: number) => {
    const began = performance.now();
    for await (const frame of framesAt(path, [wanted], index)) await frame.jpeg(90);
    return performance.now() - began;
  };
  console.log(`frame 0, first: ${(await timed(0)).toFixed(0)} ms`);
  const far = Number(values.frames) - 100;
  const first = await timed(values.clip ? 256 : far);
  console.log(`frame ${far}, read from the start: ${first.toFixed(0)} ms (${index.length} frames)`);
  const times: number[] = [];
  for (let i = 1; i <= 40; i++) times.push(await timed((i * 7919) % index.length));
  const at = (share: number) => quantile(times, share).toFixed(0);
  console.log(`40 frames anywhere, from a keyframe: ${at(0.5)} ms (median), ${at(0.95)} ms (p95)`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** A standing picture with something that moves through it, and grain. */
async function* noise(frames: number): AsyncGenerator<Raster> {
  const [width, height] = [640, 360];
  const ground = Uint8Array.from({ length: width * height * 3 }, (_, i) => 60 + ((i * 7919) % 61));
  for (let n = 0; n < frames; n++) {
    const data = ground.slice();
    for (let y = 150; y < 220; y++)
      data.fill(200, (y * width + (n % 560)) * 3, (y * width + (n % 560) + 80) * 3);
    yield { data, width, height };
  }
}
