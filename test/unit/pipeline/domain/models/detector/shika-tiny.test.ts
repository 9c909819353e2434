import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { buildSite } from '../../../../../../pipeline/app/demo/site.ts';
import { takeStills } from '../../../../../../pipeline/app/demo/stills.ts';
import { openBackend } from '../../../../../../pipeline/domain/models/backend/backend.ts';
import { evaluate, networkAsDetector } from '../../../../../../pipeline/domain/models/detector/evaluate.ts';
import { detectorStrides } from '../../../../../../pipeline/domain/models/detector/network.ts';
import {
  decodeShikaTiny,
  encodeShikaTiny,
  readShikaTiny,
  shikaTiny,
} from '../../../../../../pipeline/domain/models/detector/shika-tiny.ts';
import { locateWeights, weights } from '../../../../../../pipeline/domain/models/weights/weights.ts';
import { trainDetector } from '../../../../../../stages/trainer/detector/train.ts';

const { path } = locateWeights('shika-tiny');
const stills = { stills: 8, infrared: 1, blank: 1 };
before(() => openBackend('wasm'));

async function examplesOf(seed: number, label: string) {
  const examples = [];
  for await (const { jpeg, boxes } of takeStills(await buildSite(seed), seed, stills)) {
    const labelled = boxes.map((box) => ({ box, label, weight: 1 }));
    examples.push({ name: `still ${examples.length}`, jpeg: async () => jpeg, boxes: labelled });
  }
  return examples;
}

test('shika-tiny - the file in the project is the one that the list and its card name', async () => {
  const digest = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  assert.equal(digest, weights['shika-tiny'].files[0].sha256);
  const card: { sha256: string } = JSON.parse(await readFile(path.replace(/\.bin$/, '.json'), 'utf8'));
  assert.equal(card.sha256, digest);
});

test('shika-tiny - finds deer at a rendered site that it has not seen', async () => {
  const model = await readShikaTiny(path);
  const { side, classes, network } = shikaTiny;
  const detector = networkAsDetector(model, { side, outputs: classes, strides: detectorStrides[network] });
  const { ap50, meanIoU } = await evaluate(detector, await examplesOf(77, 'deer'));
  assert.ok(ap50 > 0.9 && meanIoU > 0.75, `AP50 ${ap50}, mean IoU ${meanIoU}`);
  model.dispose();
});

test('shika-tiny - what is written is read again, and other bytes are refused', async () => {
  const bytes = new Uint8Array(await readFile(path));
  assert.deepEqual(encodeShikaTiny(decodeShikaTiny(bytes)), bytes);
  assert.throws(() => decodeShikaTiny(bytes.subarray(2)), /no weights of shika-tiny/);
});

test('shika-tiny - a start that knows the animals is trained gently, under another name for them too', async () => {
  const examples = await examplesOf(78, 'sika');
  const parts: string[] = [];
  const trained = await trainDetector({
    examples,
    heldOut: examples,
    classes: ['sika'],
    start: { kind: 'shika-tiny', path },
    recipe: 'pre',
    steps: 2,
    seed: 1,
    onProgress: ({ part }) => void parts.push(part),
  });
  assert.deepEqual(parts, ['neck']);
  assert.ok((trained.scores?.ap50 ?? 0) > 0.9, `${trained.scores?.ap50}`);
});

test('shika-tiny - where it finds nothing of what is to be learnt, all of it is trained', async () => {
  const parts: string[] = [];
  await trainDetector({
    examples: (await examplesOf(78, 'stone')).map((example) => ({
      ...example,
      boxes: [{ box: [4, 4, 30, 20] as const, label: 'stone', weight: 1 }],
    })),
    heldOut: [],
    classes: ['stone'],
    start: { kind: 'shika-tiny', path },
    recipe: 'pre',
    steps: 1,
    seed: 1,
    onProgress: ({ part }) => void parts.push(part),
  });
  assert.deepEqual(parts, ['all']);
});
