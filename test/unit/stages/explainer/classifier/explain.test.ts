import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBackend } from '../../../../../pipeline/domain/models/backend/backend.ts';
import { Classifier } from '../../../../../pipeline/domain/models/classifier/classifier.ts';
import { PoisonError } from '../../../../../pipeline/runtime/errors.ts';
import { ClassifierCase } from '../../../../../stages/explainer/classifier/case.ts';
import { explainClassifier } from '../../../../../stages/explainer/classifier/explain.ts';
import { classifierExplanationFiles } from '../../../../../stages/explainer/classifier/files.ts';
import { correlation } from '../../../../../stages/explainer/sanity/compare.ts';
import { coloured, colours, trainedOnColours } from '../../../../fixtures/coloured-pictures.ts';
import { writeKerasWeights } from '../../../../fixtures/keras-weights.ts';

const folder = await mkdtemp(join(tmpdir(), 'shika-classifier-'));
const weights = join(folder, 'model.json');
after(() => rm(folder, { recursive: true, force: true }));

before(async () => {
  await openBackend('wasm');
  await writeKerasWeights(folder);
});

test('explained classifier - CAM is Grad-CAM but for scale', async () => {
  const classifier = await Classifier.load((await trainedOnColours(weights, 'note', { side: 160 })).files);
  const opened = await ClassifierCase.open(classifier, coloured(colours.blue, 3), { class: null });
  assert.equal(opened.asked.label, opened.predictions[0]?.label);
  const [cam, gradCam] = [await opened.map('cam'), await opened.map('gradcam')];
  assert.deepEqual([cam.width, cam.height], [5, 5]);
  assert.ok(correlation(cam.values, gradCam.values) >= 0.9999);
  opened.dispose();
  classifier.dispose();
});

test('explained classifier - any class can be asked about, but only those of the model', async () => {
  const classifier = await Classifier.load((await trainedOnColours(weights, 'note')).files);
  const picture = coloured(colours.blue, 3);
  const explained = await explainClassifier(classifier, picture, { method: 'gradcam', class: 'green' });
  assert.deepEqual([explained.label, explained.layer], ['green', 'Conv_1']);
  assert.equal(explained.score, explained.predictions.find(({ label }) => label === 'green')?.probability);
  assert.deepEqual([explained.shown.width, explained.shown.height], [40, 30]);
  assert.match(explained.trust?.says ?? '', /deletion, insertion/);
  const files = await classifierExplanationFiles(picture, explained, { truth: 'blue', colours: 'jet' });
  assert.deepEqual([...files.keys()], ['figure.png', 'overlay.png', 'result.json']);
  const result: { isRight: boolean; map: { values: number[] } } = JSON.parse(
    new TextDecoder().decode(files.get('result.json')),
  );
  assert.equal(result.map.values.length, 1);
  await assert.rejects(explainClassifier(classifier, picture, { method: 'cam', class: 'lily' }), /lily/);
  await assert.rejects(
    explainClassifier(classifier, picture, { method: 'cam', class: null, layer: 'Conv1' }),
    PoisonError,
  );
  classifier.dispose();
});
