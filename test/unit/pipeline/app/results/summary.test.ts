import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Check } from 'typebox/value';
import type { RunResult } from '../../../../../pipeline/app/jobs/run.ts';
import { RunSummary, summaryOf, writeSummary } from '../../../../../pipeline/app/results/summary.ts';

const input = { path: '/clips/deer.mp4', file: 'deer.mp4', clip: '0123456789abcdef', camera: 'gate' };
const trained = {
  model: 'fedcba9876543210',
  promoted: true,
  why: 'no other model is active',
  scores: null,
  startScores: null,
  drawn: null,
  history: [],
};
const ledger = { decoded: 402, labelled: 400, empty: 2, skipped: {}, dead: 0 };
const causes = { hand: 1, detected: 390, followed: 0, interpolated: 0, moved: 6, held: 3 };
const tracked = { ...input, width: 640, height: 360, fps: 24, tracks: [], causes, ledger };
const result: RunResult = {
  outcomes: [
    { input, tracked, failure: null },
    { input: { ...input, file: 'cut.mp4' }, tracked: null, failure: 'found no picture' },
  ],
  problems: [],
  handBoxes: 25,
  labels: new Map(),
  dataset: '0123456789abcdef',
  pre: trained,
  acceptBelow: 0.6,
  review: {
    ...{ seconds: 90, accepted: 1200, secondsPerAccepted: 0.075 },
    audit: {
      wrongLabels: { share: 0.05, low: 0.02, high: 0.11, asked: 100 },
      missedAnimals: null,
      planted: { shown: 9, noticed: 8 },
    },
  },
  preScores: { images: 5, ap50: 0.9, ap50_95: 0.7, meanIoU: 0.8, recall: 0.95 },
  main: null,
  explained: [],
  seconds: { hand: 0.5, pretrain: 113, annotate: 13 },
};

test('summary - what is written is what the contract says', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'shika-summary-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeSummary(folder, summaryOf(result, [], 130.123));
  const written: unknown = JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8'));
  assert.ok(Check(RunSummary, written));
  const [good, bad] = written.clips;
  assert.deepEqual([good?.frames, good?.ledger, good?.failure], [402, ledger, undefined]);
  assert.deepEqual([bad?.frames, bad?.ledger, bad?.failure], [0, null, 'found no picture']);
  const { secondsPerAccepted, wrongLabels, missedAnimals, planted } = written.review;
  assert.deepEqual([secondsPerAccepted, wrongLabels?.high, missedAnimals], [0.075, 0.11, null]);
  assert.deepEqual(planted, { shown: 9, noticed: 8 });
  assert.equal(written.models.pre.ap50, 0.9);
  assert.equal(written.models.main, null);
  assert.equal(written.framesPerSecond, 30.92);
  assert.equal(written.seconds.total, 130.12);
});

test('summary - a clip without a ledger, or a share above 1, breaks the contract', () => {
  const summary = summaryOf(result, [], 1);
  const [{ ledger: _, ...clip }] = summary.clips as [RunSummary['clips'][number]]; // there is one
  assert.ok(!Check(RunSummary, { ...summary, clips: [clip] }));
  const pre = { ...summary.models.pre, ap50: 90 };
  assert.ok(!Check(RunSummary, { ...summary, models: { pre, main: null } }));
});
