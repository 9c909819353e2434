import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addCard, modelId } from '../../../../../pipeline/domain/models/card-file.ts';
import {
  type ClassifierTraining,
  readClassifierTraining,
  withClassifierTraining,
} from '../../../../../pipeline/domain/models/classifier/training.ts';
import { classificationScores } from '../../../../../pipeline/domain/scores/classification.ts';
import {
  classifierPromotion,
  refuseForgottenClasses,
} from '../../../../../stages/trainer/classifier/promotion.ts';

const right = (accuracy: number, pictures = 250) => ({ accuracy, pictures });

test('promotion - as good or better takes over, and says by how much', () => {
  assert.deepEqual(classifierPromotion(right(0.94), right(0.91)), {
    yes: true,
    why: '94.0 % right against 91.0 % of the active model on 250 held-out pictures',
  });
  assert.equal(classifierPromotion(right(0.9), right(0.94)).yes, false);
});

test('promotion - one picture, or one in a hundred, is chance', () => {
  assert.equal(classifierPromotion(right(0.9, 10), right(1, 10)).yes, true);
  assert.equal(classifierPromotion(right(0.8, 10), right(1, 10)).yes, false);
  assert.equal(classifierPromotion(right(0.932), right(0.94)).yes, true);
});

test('promotion - with nothing held out the new one takes over', () => {
  assert.deepEqual(classifierPromotion(right(0, 0), right(0, 0)), {
    yes: true,
    why: 'nothing is held out to compare on',
  });
});

test('promotion - one that forgot a class does not take over, one that knows more may', () => {
  assert.equal(refuseForgottenClasses(['deer', 'fox', 'boar'], ['fox', 'deer']), null);
  const verdict = refuseForgottenClasses(['deer', 'badger'], ['deer', 'fox']);
  assert.equal(verdict?.yes, false);
  assert.match(verdict?.why ?? '', /does not know fox/);
});

test('training.json - is read back, is no part of what makes a model itself, and none is no error', () => {
  const scored = [
    { name: 'a', truth: 0, probabilities: [0.9, 0.1] },
    { name: 'b', truth: 1, probabilities: [0.7, 0.3] },
  ];
  const training: ClassifierTraining = {
    recipe: 'note',
    backend: 'wasm',
    seconds: 1.5,
    classes: [
      { name: 'deer', train: 3, heldOut: 1 },
      { name: 'fox', train: 4, heldOut: 1 },
    ],
    epochs: [{ step: 'last layer', epoch: 1, loss: 0.4, accuracy: 0.9 }],
    scores: classificationScores(scored, ['deer', 'fox']),
    leftOut: [{ kind: 'leak', name: 'c', message: 'the same picture is held out' }],
  };
  const files = new Map([['weights.bin', Uint8Array.of(1, 2, 3)]]);
  const told = withClassifierTraining(files, training);
  assert.deepEqual(readClassifierTraining(told), training);
  assert.equal(modelId(told), modelId(files));
  assert.equal(modelId(addCard(told, { kind: 'classifier', id: 'x' })), modelId(files));
  assert.equal(readClassifierTraining(files), null);
  assert.equal(
    readClassifierTraining(new Map([['training.json', new TextEncoder().encode('{"recipe":1}')]])),
    null,
  );
});
