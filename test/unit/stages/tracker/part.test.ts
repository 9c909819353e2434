import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Box, iou, round } from '../../../../pipeline/domain/vision/box.ts';
import { wholeOfPart } from '../../../../stages/tracker/part.ts';

const picture = { width: 640, height: 360 };
const deer: Box = [200, 100, 150, 100];
const whole = (found: Box, tracked = deer, drawn = deer) => wholeOfPart(found, tracked, drawn, picture);

test('part - a rump: the box keeps its size, with the end at which the rump is', () => {
  assert.deepEqual(round(whole([290, 140, 60, 60])!), deer);
  const movedOn: Box = [190, 100, 150, 100];
  assert.ok(iou(whole([280, 140, 60, 60])!, movedOn) > 0.97, 'ten pixels on');
});

test('part - what lies in the middle is the middle', () => {
  assert.deepEqual(round(whole([245, 130, 60, 40])!), deer);
});

test('part - the whole does not reach beyond the picture', () => {
  const [x, , w] = whole([60, 120, 60, 80], [0, 100, 150, 100])!;
  assert.ok(x === 0 && w > 60 && w < 150, 'it is leaving');
});

test('part - none where it hardly shrinks, lies beside, or the animal was never so large', () => {
  assert.equal(whole([200, 100, 140, 90]), null, 'an animal that turns or walks away');
  assert.equal(whole([330, 100, 80, 80]), null, 'another animal');
  assert.equal(whole([240, 120, 80, 70], deer, [300, 100, 80, 75]), null, 'the tracked box is what is wrong');
  assert.equal(
    whole([240, 120, 95, 75], [150, 60, 200, 150], [0, 0, 130, 100]),
    null,
    'the tracked box is what is wrong',
  );
});
