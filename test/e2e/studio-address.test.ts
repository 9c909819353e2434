/** The studio of a folder that stays up: its address is printed, and printed again to whoever asks for it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ClipView, FrameProposal } from '../../stages/filter/studio/api.ts';
import { writeNumberedClip } from '../fixtures/numbered-clip.ts';
import { type Running, shika, start } from '../processes/shika.ts';
import { until } from '../processes/until.ts';
import { untilPrinted } from '../processes/until-printed.ts';

const folder = await mkdtemp(join(tmpdir(), 'shika-address-'));
after(() => rm(folder, { recursive: true, force: true }));

/** As MegaDetector writes it: an animal on frame 5. */
const megadetector = (file: string) => ({
  info: { format_version: '1.4' },
  detection_categories: { '1': 'animal' },
  images: [
    {
      file,
      frame_rate: 25,
      frames_processed: [5],
      detections: [{ category: '1', conf: 0.87, bbox: [0.25, 0.25, 0.5, 0.5], frame_number: 5 }],
    },
  ],
});

const ADDRESS = /http:\/\/\S+\/\?token=\S+/;

/** The address that a command prints when its studio answers. */
async function addressOf(running: Running): Promise<URL> {
  let printed = '';
  running.child.stderr?.on('data', (chunk: Buffer) => {
    printed += chunk;
  });
  await untilPrinted(running, ADDRESS);
  return new URL(ADDRESS.exec(printed)?.[0] ?? '');
}

test('up --studio prints the address; `studio` on the same folder brings clips and prints it again', {
  timeout: 300_000,
}, async (t) => {
  const out = join(folder, 'job');
  const up = start(['up', '--studio', '--studio-host', '127.0.0.1', '--detectors', '1', '--out', out]);
  t.after(() => up.child.kill('SIGKILL'));
  const address = await addressOf(up);
  const token = address.searchParams.get('token') ?? '';
  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(new URL(path, address), { headers });
  assert.equal((await ask('/api/clips')).status, 401);
  const headers = { authorization: `Bearer ${token}` };
  assert.deepEqual(await (await ask('/api/clips', headers)).json(), []);

  const clip = join(folder, 'deer.mp4');
  await writeNumberedClip(clip, { frames: 12 });
  const boxes = join(folder, 'md.json');
  await writeFile(boxes, JSON.stringify(megadetector('deer.mp4')));
  const second = await shika(['studio', clip, '--boxes', boxes, '--no-open', '--out', out]);
  assert.equal(second.code, 0, second.stderr);
  assert.ok(second.stderr.includes(address.href), second.stderr);
  const found = async () => ((await (await ask('/api/clips', headers)).json()) as ClipView[]).length === 1;
  await until(found, 'the clip is in the studio');
  const imported = async () => {
    const proposals = (await (await ask('/api/proposals', headers)).json()) as FrameProposal[];
    return proposals.find(({ why }) => why === 'imported');
  };
  await until(async () => (await imported()) !== undefined, 'its boxes are proposed');
  const { index, boxes: proposed } = (await imported())!;
  assert.equal(index, 5);
  assert.deepEqual(proposed, [{ box: [40, 24, 80, 48], label: 'animal', score: 0.87 }]);

  up.child.kill('SIGINT');
  assert.equal((await up.ended).code, 0);
});

test('up --studio without stages is refused', async () => {
  const { code, stderr } = await shika(['up', '--studio', '--no-stages', '--out', join(folder, 'none')]);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /--studio is served by a stage/);
});
