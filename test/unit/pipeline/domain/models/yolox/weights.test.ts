import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBackend } from '../../../../../../pipeline/domain/models/backend/backend.ts';
import { Detector } from '../../../../../../pipeline/domain/models/detector/detector.ts';
import { buildDetectorNetwork } from '../../../../../../pipeline/domain/models/detector/network.ts';
import { pretrainedDetector } from '../../../../../../pipeline/domain/models/detector/pretrained.ts';
import { readOnnxConvolutions } from '../../../../../../pipeline/domain/models/yolox/onnx-convolutions.ts';
import { loadYoloxOnnx } from '../../../../../../pipeline/domain/models/yolox/weights.ts';
import { decodeImage, letterbox } from '../../../../../../pipeline/domain/vision/image.ts';
import { PoisonError } from '../../../../../../pipeline/runtime/errors.ts';
import { dataPath, noData } from '../../../../../fixtures/shared-data.ts';

const weights = dataPath('weights/yolox_nano.onnx');
const skip = weights ? false : noData;
const dir = await mkdtemp(join(tmpdir(), 'shika-onnx-'));

before(async () => {
  await openBackend('wasm');
});
after(() => rm(dir, { recursive: true }));

test('onnx - convolutions come with their shape and the convolutions before them', { skip }, async () => {
  const convolutions = await readOnnxConvolutions(weights!);
  assert.equal(convolutions.length, 113);
  const [stem, depthwise] = convolutions;
  assert.deepEqual([stem!.shape, stem!.stride, stem!.sources], [[16, 12, 3, 3], 1, [-1]]);
  assert.deepEqual([depthwise!.group, depthwise!.stride, depthwise!.sources], [16, 2, [0]]);
});

test('onnx - weights of YOLOX-nano do not go into another network', { skip }, async () => {
  const { model } = buildDetectorNetwork('yolox-tiny', 64, 80, 1);
  await assert.rejects(loadYoloxOnnx(model, weights!), (error: unknown) => {
    assert.ok(error instanceof PoisonError);
    assert.match(error.message, /113 convolutions; expected 83/);
    return true;
  });
  model.dispose();
});

test('onnx - a head of other classes is refused unless something picks from it', { skip }, async () => {
  const { model } = buildDetectorNetwork('yolox-nano', 64, 3, 1);
  await assert.rejects(loadYoloxOnnx(model, weights!), /80 classes; expected 3/);
  model.dispose();
});

test('onnx - a file that is no ONNX, an empty one and a missing one are named', async () => {
  const text = join(dir, 'text.onnx');
  await writeFile(text, 'not a network at all');
  const empty = join(dir, 'empty.onnx');
  await writeFile(empty, '');
  for (const path of [text, empty, join(dir, 'missing.onnx')]) {
    await assert.rejects(readOnnxConvolutions(path), (error: unknown) => {
      assert.ok(error instanceof PoisonError);
      assert.ok(error.message.includes(path), error.message);
      return true;
    });
  }
});

const stills = dataPath('deer/hand25');

test('onnx - untrained, it finds the animal of a camera-trap still as `animal`', {
  skip: weights && stills ? false : noData,
}, async () => {
  const detector = await Detector.load(await pretrainedDetector(weights!));
  const raster = await decodeImage(await readFile(join(stills!, 'images/p0006.jpg')), 'p0006.jpg');
  const { raster: crop } = await letterbox(raster, [0, 0, raster.width, raster.height], 416);
  const [found] = await detector.detect([crop]);
  assert.equal(found?.[0]?.label, 'animal');
  detector.dispose();
});
