/** The method on a real clip: 25 stills of other deer, one box on the first frame; trainings are cut short. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { RunSummary } from '../../pipeline/app/results/summary.ts';
import { accountedFor } from '../../schemas/terms.ts';
import { dataPath, noData } from '../fixtures/shared-data.ts';
import { shika } from '../processes/shika.ts';

const clip = dataPath('clips/deer-daylight.mp4');
const skip = clip === undefined && noData;
const folder = await mkdtemp(join(tmpdir(), 'shika-deer-'));
after(() => rm(folder, { recursive: true, force: true }));

test('deer-daylight - every frame is labelled, and better than by standing still, KCF or CSRT', {
  skip,
}, async () => {
  const hand = [dataPath('deer/hand25'), dataPath('clips/deer-daylight.first.csv')].flatMap((file) => [
    '--hand',
    file ?? '',
  ]);
  const ran = await shika([
    'run',
    clip ?? '',
    ...hand,
    '--out',
    folder,
    '--steps',
    '24',
    '--explanations',
    '1',
    '--json',
  ]);
  assert.equal(ran.code, 0, ran.stderr);
  const { clips, models } = ran.result as RunSummary;
  assert.equal(clips[0]?.frames, 402);
  assert.equal(accountedFor(clips[0]!.ledger!), 402);
  assert.equal(clips[0]?.ledger?.labelled, 402);
  assert.ok(models.main, 'there is a main-trained detector');
  const truth = dataPath('clips/deer-daylight.truth-sample.csv') ?? '';
  const scored = await shika(['eval', '--truth', truth, '--labels', join(folder, 'labels.csv'), '--json']);
  const { meanIoU, missed } = scored.result as { meanIoU: number; missed: number };
  assert.equal(missed, 0);
  assert.ok(meanIoU >= 0.8, `mean IoU ${meanIoU}, expected at least 0.80`);
});
