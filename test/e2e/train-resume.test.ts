/** `shika train pre` that is killed with everything that it started, and typed again. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeHandFolder } from '../fixtures/hand-folder.ts';
import { shika, start } from '../processes/shika.ts';
import { untilPrinted } from '../processes/until-printed.ts';

let folder: string;
let out: string;
let hand: string;
/** Two epochs of the recipe from a random start. */
let command: string[];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-resume-'));
  out = join(folder, 'work', 'models', 'pre');
  hand = await writeHandFolder(join(folder, 'hand'), 10);
  command = [
    ...['train', 'pre', '--hand', hand, '--out', join(folder, 'work')],
    ...['--start', 'random', '--steps', '100', '--json'],
  ];
});
after(() => rm(folder, { recursive: true, force: true }));

test('train pre - killed after an epoch and typed again, it goes on', { timeout: 600_000 }, async () => {
  const first = start(command);
  await untilPrinted(first, /training: 50 %/);
  first.child.kill('SIGKILL');
  await first.ended;
  assert.ok(!existsSync(out), 'it had not ended');

  const second = await shika(command);
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stderr, /going on from step 50 of 100/);
  assert.ok(existsSync(join(out, 'card.json')));
  assert.match(await readFile(join(out, 'report.html'), 'utf8'), /Training loss/);
});

test('train pre - with --no-hold-out it learns from every picture, and has no score', async () => {
  const cards = [];
  for (const more of [[], ['--no-hold-out']]) {
    const all = join(folder, 'all');
    const from = ['train', 'pre', '--hand', hand, '--out', all, '--start', 'random'];
    const { code, stderr } = await shika([...from, '--steps', '2', ...more]);
    assert.equal(code, 0, stderr);
    cards.push(JSON.parse(await readFile(join(all, 'models/pre/card.json'), 'utf8')));
  }
  assert.deepEqual(
    cards.map(({ trainedOn, scores }) => [trainedOn.examples, scores?.images]),
    [
      [8, 2],
      [10, undefined],
    ],
  );
});

test('eval - scores the model, and leaves a page with what it does worst', async () => {
  const page = join(folder, 'pages', 'eval.html');
  const { code, stderr, result } = await shika([
    ...['eval', '--model', out, '--truth', hand, '--report', page, '--json'],
  ]);
  assert.equal(code, 0, stderr);
  assert.equal((result as { images: number }).images, 10);
  assert.match(await readFile(page, 'utf8'), /Worst mistakes/);
  const wrong = await shika(['eval', '--labels', 'labels.csv', '--truth', hand, '--report', page]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /--report shows a detector’s mistakes; expected --model with it/);
});
