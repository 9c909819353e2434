/** The pipeline that stays up: a camera is recorded, its clips pass through, and it stops when told to. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Raster } from '../../pipeline/domain/vision/image.ts';
import { encodeClip } from '../../pipeline/domain/vision/video-encode.ts';
import { freePort } from '../processes/nats-process.ts';
import { start } from '../processes/shika.ts';
import { until } from '../processes/until.ts';
import { untilPrinted } from '../processes/until-printed.ts';

let folder: string;
let camera: Server;
let url: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-up-'));
  const path = join(folder, 'camera.ts');
  await encodeClip(path, pictures(48), { fps: 24, keyframeEvery: 12 });
  const clip = await readFile(path);
  // A camera on HTTP: FFmpeg opens it as it opens RTSP, and no RTSP server is at hand on every machine.
  camera = createServer((_request, response) => {
    response.write(clip); // and then it is silent: a camera never ends
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => camera.once('listening', resolve));
  // listen(port) gives an address with a port, never a pipe's name
  url = `http://user:hunter2@127.0.0.1:${(camera.address() as AddressInfo).port}/live.ts?password=hunter2`;
});

after(async () => {
  camera.closeAllConnections();
  camera.close();
  await rm(folder, { recursive: true, force: true });
});

async function* pictures(count: number): AsyncGenerator<Raster> {
  const [width, height] = [160, 96];
  for (let i = 0; i < count; i++) {
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 7 + i * 4) % 256);
    yield { data, width, height };
  }
}

test('up - a camera’s stream is taken in clips, and Ctrl-C stops everything with code 0', {
  timeout: 600_000,
}, async (t) => {
  const dir = join(folder, 'data');
  const args = ['up', '--rtsp', `gate=${url}`, '--segment', '0.5', '--detectors', '1', '--out', dir];
  const port = await freePort();
  const { child, ended } = start(args, { SHIKA_METRICS_PORT: `${port}` });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  const decoded = async () =>
    (await readFile(join(dir, '.shika', 'logs', 'decoder.log'), 'utf8').catch(() => ''))
      .split('\n')
      .filter((line) => line.includes('"msg":"decoded"')).length;
  await until(async () => (await decoded()) >= 2, 'two clips are decoded', 100_000);
  // One endpoint for all processes of the machine, told apart by their names.
  const metrics = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const decodedFrames =
    /^shika_outputs_total\{camera="gate",type="shika\.frame\.v1",stage="decoder",process="decoder"\} [1-9]/m;
  await until(async () => decodedFrames.test(await metrics()), 'frames are counted', 60_000);
  const text = await metrics();
  assert.match(text, /^shika_clips_total\{camera="gate",event="arrived",process="up"\} [1-9]/m);
  assert.match(text, /^shika_camera_last_clip_timestamp_seconds\{camera="gate",process="up"\} [1-9]/m);
  assert.match(text, /^shika_process_starts_total\{started="nats-server",process="up"\} 1$/m);
  assert.match(text, /^shika_disk_free_bytes\{process="up"\} [1-9]/m);
  for (const stage of ['decoder', 'detector', 'tracker', 'filter', 'trainer', 'explainer'])
    assert.match(text, new RegExp(`^process_start_time_seconds.*process="${stage}"`, 'm'));
  child.kill('SIGINT');
  const { code } = await ended;
  assert.equal(code, 0, said);
  assert.match(said, /"camera":"gate","msg":"recording"/);
  assert.doesNotMatch(said, /hunter2/);
  assert.deepEqual(await filesWith('hunter2', dir), []);
  assert.doesNotMatch(said, /died/);
});

/** Of the job's folder: logs, the bus' store, recordings; by content and by name. */
async function filesWith(secret: string, dir: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (path.includes(secret) || (entry.isFile() && (await readFile(path)).includes(secret)))
      found.push(path);
  }
  return found;
}

test('up - a camera that can’t be reached, or has a mistyped address, is named without its secrets', async (t) => {
  const dir = join(folder, 'unreachable');
  const address = 'rtsp://127.0.0.1:9/user=admin&password=hunter2&channel=1';
  const running = start(['up', '--rtsp', address, '--no-stages', '--out', dir]);
  const { child, ended } = running;
  t.after(() => child.kill('SIGKILL'));
  await untilPrinted(running, /not recording/);
  const shown = await readFile(`/proc/${child.pid}/cmdline`, 'utf8').catch(() => '');
  child.kill('SIGINT');
  const { stderr } = await ended;
  assert.doesNotMatch(`${stderr} ${shown}`, /hunter2/);
  assert.deepEqual(await filesWith('hunter2', dir), []);
  for (const mistyped of ['rtps://user:hunter2@host/', '--rtps=rtsp://user:hunter2@host/']) {
    const refused = await start(['up', '--rtsp', mistyped, mistyped, '--out', dir]).ended;
    assert.equal(refused.code, 2);
    assert.doesNotMatch(refused.stderr + refused.stdout, /hunter2/);
  }
});

test('up - an address that is none is refused before anything starts', async () => {
  const { code, stderr } = await start(['up', '--rtsp', 'gate', '--out', join(folder, 'refused')]).ended;
  assert.equal(code, 2);
  assert.match(stderr, /a camera has an address.*found gate; expected rtsp:\/\/HOST\/PATH/s);
});
