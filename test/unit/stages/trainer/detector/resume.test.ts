/** Training that is cut short goes on from its last checkpoint as if nothing had happened. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { openBackend } from '../../../../../pipeline/domain/models/backend/backend.ts';
import { seededRandom } from '../../../../../pipeline/domain/statistics/seeded-random.ts';
import { decodeCheckpoint } from '../../../../../stages/trainer/detector/checkpoint.ts';
import type { DetectorEpoch } from '../../../../../stages/trainer/detector/epoch.ts';
import { type TrainDetectorOptions, trainDetector } from '../../../../../stages/trainer/detector/train.ts';
import { brightSquares } from '../../../../fixtures/bright-squares.ts';

before(async () => void (await openBackend('wasm')));

const examples = brightSquares(4);
/** Two phases, so that one checkpoint lies between them and one within the second. */
const options: TrainDetectorOptions = {
  examples,
  heldOut: examples.slice(0, 1),
  classes: ['deer'],
  start: { kind: 'random' },
  recipe: 'pre',
  changes: {
    phases: [
      { part: 'head', steps: 2, rate: 1e-3 },
      { part: 'all', steps: 4, rate: 2e-3 },
    ],
    batch: 2,
    evaluateEvery: 2,
    startShare: 0.25,
  },
  seed: 1,
};
const weightsOf = ({ files }: { files: ReadonlyMap<string, Uint8Array> }) => files.get('weights.bin');

/** Trains until `epoch` is over and gives its checkpoint. */
async function cutAfter(epoch: number, changes: Partial<TrainDetectorOptions> = {}): Promise<Uint8Array> {
  let last: Uint8Array | undefined;
  await assert.rejects(
    trainDetector({
      ...options,
      ...changes,
      onCheckpoint: (checkpoint) => {
        last = checkpoint();
      },
      onProgress: (row) => {
        if (row.epoch === epoch) throw new Error('cut');
      },
    }),
    /cut/,
  );
  assert.ok(last);
  return last;
}

test('resume - the same weights, to the bit, wherever it was cut; the history is whole', {
  timeout: 300_000,
}, async () => {
  const whole = await trainDetector(options);
  for (const epoch of [1, 2]) {
    const resume = await cutAfter(epoch);
    const resumed: (DetectorEpoch | null)[] = [];
    const rows: number[] = [];
    const end = await trainDetector({
      ...options,
      resume,
      onResume: (row) => void resumed.push(row),
      onProgress: (row) => void rows.push(row.epoch),
    });
    assert.deepEqual(weightsOf(end), weightsOf(whole), `cut after epoch ${epoch}`);
    assert.deepEqual([resumed.length, resumed[0]?.step], [1, 2 * epoch]);
    assert.deepEqual(rows, [1, 2, 3].slice(epoch), 'epochs that were over are not repeated');
    const plain = (history: readonly DetectorEpoch[]) => history.map((row) => ({ ...row, seconds: 0 }));
    assert.deepEqual(plain(end.history), plain(whole.history));
    assert.deepEqual(end.startScores, whole.startScores);
  }
});

test('resume - after the last epoch nothing is left but to keep the best weights', {
  timeout: 300_000,
}, async () => {
  const whole = await trainDetector(options);
  const end = await trainDetector({
    ...options,
    resume: await cutAfter(3),
    onProgress: () => assert.fail('no epoch'),
  });
  assert.deepEqual(weightsOf(end), weightsOf(whole));
});

test('resume - a checkpoint of another seed, recipe or dataset, or damaged, is left', {
  timeout: 300_000,
}, async () => {
  const short = {
    ...options,
    changes: { ...options.changes, phases: [{ part: 'head', steps: 2, rate: 1e-3 }] },
  } as const;
  const ofShort = await cutAfter(1, { ...short, changes: { ...short.changes, evaluateEvery: 1 } });
  const others: [string, Uint8Array][] = [
    ['recipe', ofShort],
    ['seed', await cutAfter(1, { ...short, seed: 2 })],
    ['dataset', await cutAfter(1, { ...short, examples: examples.slice(1) })],
    ['nothing', new Uint8Array()],
    ['noise', Uint8Array.from({ length: 900 }, (_, i) => (i * 37) % 256)],
  ];
  const fresh = weightsOf(await trainDetector(short));
  for (const [what, resume] of others) {
    const resumed: (DetectorEpoch | null)[] = [];
    const end = await trainDetector({ ...short, resume, onResume: (row) => void resumed.push(row) });
    assert.deepEqual(resumed, [null], what);
    assert.deepEqual(weightsOf(end), fresh, what);
  }
});

test('checkpoint - one that was cut off is left', { timeout: 300_000 }, async () => {
  const bytes = await cutAfter(1);
  const digest = /"of":"([0-9a-f]{16})"/.exec(new TextDecoder().decode(bytes.subarray(0, 200)))?.[1] ?? '';
  assert.ok(decodeCheckpoint(bytes, digest));
  for (const missing of [1, 40, 5_000]) {
    assert.ok(
      decodeCheckpoint(bytes.subarray(0, bytes.length - missing), digest) === null,
      `${missing} bytes less`,
    );
  }
});

test('checkpoint - what was not trained takes no room', { timeout: 300_000 }, async () => {
  const [head, all] = [await cutAfter(1), await cutAfter(2)];
  assert.ok(all.length > 2 * head.length, `${head.length} and ${all.length} bytes`);
});

test('seeded random - its state goes on as it would', () => {
  const random = seededRandom(5);
  random.shuffle([1, 2, 3]);
  const again = seededRandom(random.state);
  assert.deepEqual([again.next(), again.normal()], [random.next(), random.normal()]);
});

test('threads - the same weights, to the bit, however many work side by side', {
  timeout: 300_000,
}, async () => {
  const batches = { ...options, changes: { ...options.changes, batch: 5 } };
  const alone = await trainDetector(batches);
  const combineGradients = await trainDetector({ ...batches, threads: 3 });
  assert.deepEqual(weightsOf(combineGradients), weightsOf(alone));
  assert.deepEqual(
    combineGradients.history.map(({ loss }) => loss),
    alone.history.map(({ loss }) => loss),
  );
});
