import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBackend } from '../../../../../pipeline/domain/models/backend/backend.ts';
import { isClassifier, readClassifierCard } from '../../../../../pipeline/domain/models/classifier/card.ts';
import { Classifier } from '../../../../../pipeline/domain/models/classifier/classifier.ts';
import { pretrainedClassifierNetwork } from '../../../../../pipeline/domain/models/classifier/pretrained.ts';
import { type ModelFiles, modelFromFiles } from '../../../../../pipeline/domain/models/files.ts';
import { PoisonError, UsageError } from '../../../../../pipeline/runtime/errors.ts';
import { balancedWeights } from '../../../../../stages/trainer/classifier/fit.ts';
import { trainClassifier } from '../../../../../stages/trainer/classifier/train.ts';
import {
  colourClasses,
  coloured,
  colouredExamples,
  colours,
  trainedOnColours,
} from '../../../../fixtures/coloured-pictures.ts';
import { writeKerasWeights } from '../../../../fixtures/keras-weights.ts';

const folder = await mkdtemp(join(tmpdir(), 'shika-classifier-'));
const weights = join(folder, 'model.json');
after(() => rm(folder, { recursive: true, force: true }));

before(async () => {
  await openBackend('wasm');
  await writeKerasWeights(folder);
});

test('classifier - learns, is stored, and says the same when it is loaded again', async () => {
  const { files, scores } = await trainedOnColours(weights, 'note');
  assert.ok(scores && scores.accuracy >= 0.9, `${scores?.accuracy}`);
  const classifier = await Classifier.load(files);
  const [found] = await classifier.predict([coloured(colours.red, 9)]);
  assert.equal(found![0]!.label, 'red');
  assert.ok(Math.abs(found!.reduce((sum, { probability }) => sum + probability, 0) - 1) < 1e-5);
  const { kind, classes: named, scores: onCard, start, recipe } = classifier.card;
  assert.deepEqual([kind, named, start, recipe], ['classifier', colourClasses, 'model.json', 'note']);
  assert.equal(onCard?.accuracy, scores.accuracy);
  classifier.dispose();
});

test('classifier - the same seed gives the same weights, another seed others', async () => {
  const id = async (recipe: 'note' | 'default', seed: number) =>
    readClassifierCard((await trainedOnColours(weights, recipe, { seed })).files).id;
  assert.equal(await id('default', 1), await id('default', 1));
  assert.notEqual(await id('note', 1), await id('note', 2));
});

test('classifier - the default recipe trains the upper blocks and leaves the lower ones', async () => {
  const model = await modelFromFiles((await trainedOnColours(weights, 'default')).files);
  const { model: start } = await pretrainedClassifierNetwork(weights, { side: 32, classes: 3, seed: 1 });
  const same = (layer: string) => {
    const [a, b] = [model, start].map((network) => network.getLayer(layer).getWeights()[0]!.dataSync());
    return a!.every((value, i) => value === b![i]);
  };
  assert.deepEqual(['Conv1', 'block_12_project', 'block_13_expand', 'Conv_1'].map(same), [
    true,
    true,
    false,
    false,
  ]);
});

test('classifier - a class without pictures is refused before anything is computed', async () => {
  const examples = (await colouredExamples(2, 1)).filter(({ label }) => label !== 1);
  await assert.rejects(
    trainClassifier({ examples, heldOut: [], classes: colourClasses, weights, recipe: 'note', seed: 1 }),
    (error: unknown) => error instanceof UsageError && /none of red/.test(error.message),
  );
});

test('classifier - an aborted training stops with the signal’s reason', async () => {
  const reason = new Error('enough');
  await assert.rejects(
    trainClassifier({
      examples: await colouredExamples(8, 1),
      heldOut: [],
      classes: colourClasses,
      weights,
      recipe: 'note',
      side: 32,
      seed: 1,
      signal: AbortSignal.abort(reason),
    }),
    reason,
  );
});

test('classifier - a rare class counts as much as a frequent one', () => {
  assert.deepEqual(balancedWeights([0, 0, 0, 1], 2), [4 / 6, 2]);
});

test('card - a damaged, missing or other model’s card is refused', async () => {
  const { files } = await trainedOnColours(weights, 'note');
  assert.ok(isClassifier(files));
  const withCard = (text: string): ModelFiles =>
    new Map([...files, ['card.json', new TextEncoder().encode(text)]]);
  const text = new TextDecoder().decode(files.get('card.json'));
  for (const bad of ['{', '{"kind":"detector"}', text.replace(/"id": "....../, '"id": "000000')]) {
    assert.throws(() => readClassifierCard(withCard(bad)), PoisonError);
  }
  assert.equal(isClassifier(withCard('{"kind":"detector"}')), false);
});
