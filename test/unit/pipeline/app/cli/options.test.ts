import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidArgumentError } from 'commander';
import {
  boxSides,
  fraction,
  frameList,
  frameRange,
  positiveNumber,
  wholeNumber,
} from '../../../../../pipeline/app/cli/options.ts';
import { shika } from '../../../../processes/shika.ts';

function refuses(read: (text: string) => unknown, ...texts: readonly string[]): void {
  for (const text of texts) assert.throws(() => read(text), InvalidArgumentError, `"${text}"`);
}

test('options - what is no number is refused, and so is one out of bounds', () => {
  assert.equal(wholeNumber(1)('12'), 12);
  refuses(wholeNumber(1), 'x', '', ' ', '1.5', '0', '-3', 'NaN', 'Infinity');
  assert.equal(positiveNumber('0.5'), 0.5);
  refuses(positiveNumber, '0', 'x', 'Infinity');
  assert.equal(fraction('1'), 1);
  refuses(fraction, '1.01', '-0.1', 'half');
});

test('options - frames are one, from-to with both ends, or all from one on', () => {
  assert.deepEqual(frameRange('7'), { from: 7, to: 7 });
  assert.deepEqual(frameRange('10-24'), { from: 10, to: 24 });
  assert.deepEqual(frameRange('10-'), { from: 10, to: Number.POSITIVE_INFINITY });
  refuses(frameRange, '', '-', '-5', '1-2-3', 'x');
});

test('options - a list of frames has whole numbers only', () => {
  assert.deepEqual(frameList('0, 50'), [0, 50]);
  refuses(frameList, '', '1,,2', '1.5', '-1', 'x');
});

test('options - a box has four sides, and an extent', () => {
  assert.deepEqual(boxSides('1,2.5,30,40'), [1, 2.5, 30, 40]);
  refuses(boxSides, '1,2,3', '1,2,3,4,5', '1,2,0,4', '1,2,3,x', '1,,3,4', '');
});

test('options - a command says what is wrong with a number, and ends with the code for usage', async () => {
  const { code, stderr } = await shika(['run', 'clip.mp4', '--hand', 'hand', '--steps', 'many']);
  assert.equal(code, 2);
  assert.match(stderr, /--steps <n>.*many.*whole number, 1 or more/);
});

test('options - where training starts from is checked before anything is read', async () => {
  const { code, stderr } = await shika(['run', 'no-such-clip.mp4', '--hand', 'hand', '--start', 'resnet']);
  assert.equal(code, 2);
  assert.match(stderr, /resnet.*yolox-nano, mobilenet-v2, shika-tiny, random/);
});
