/** The network that training starts from, with a class head for the classes that are wanted. */
import { basename } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { readDetectorCard } from '../../../pipeline/domain/models/detector/card.ts';
import { positionsOf } from '../../../pipeline/domain/models/detector/decode.ts';
import { bodyPrefix } from '../../../pipeline/domain/models/detector/mobilenet-yolox.ts';
import {
  buildDetectorNetwork,
  type DetectorNetworkName,
  detectorStrides,
} from '../../../pipeline/domain/models/detector/network.ts';
import { readShikaTiny, shikaTiny } from '../../../pipeline/domain/models/detector/shika-tiny.ts';
import { modelFromFiles } from '../../../pipeline/domain/models/files.ts';
import {
  type MobileNetWeights,
  readMobileNetWeights,
  setBody,
} from '../../../pipeline/domain/models/mobilenet/weights.ts';
import { type ClassHead, loadYoloxOnnx } from '../../../pipeline/domain/models/yolox/weights.ts';
import { PoisonError } from '../../../pipeline/runtime/errors.ts';
import { mixClasses } from './class-head.ts';
import type { DetectorExample, DetectorStart } from './example.ts';
import type { TrainedBefore } from './recipe.ts';

/** A network that is ready to be trained. */
export interface StartedDetector {
  readonly model: LayersModel;
  readonly network: DetectorNetworkName;
  readonly side: number;
  /** For the card. */
  readonly from: string;
  /** What of it has been trained before. */
  readonly trained: TrainedBefore;
}

const cocoClasses = 80;

/**
 * @param network for a random start
 * @param side for a random start and for ONNX, px
 * @throws PoisonError where the start's file is not what it should be
 */
export async function startDetector(
  start: DetectorStart,
  classes: readonly string[],
  examples: readonly DetectorExample[],
  { network, side, seed }: { network: DetectorNetworkName; side: number; seed: number },
): Promise<StartedDetector> {
  switch (start.kind) {
    case 'random': {
      const { model } = buildDetectorNetwork(network, side, classes.length, seed);
      return { model, network, side, from: 'random', trained: 'nothing' };
    }
    case 'yolox-onnx': {
      const { model } = buildDetectorNetwork('yolox-nano', side, cocoClasses, seed);
      await loadYoloxOnnx(model, start.path);
      const adapted = await adapt(model, 'yolox-nano', side, classes, examples, seed);
      return {
        model: adapted,
        network: 'yolox-nano',
        side,
        from: basename(start.path),
        trained: 'all',
      };
    }
    case 'mobilenet-v2': {
      const weights = await readMobileNetWeights(start.path);
      const onMobileNet = mobileNetWith(weights);
      const { model } = buildDetectorNetwork(onMobileNet, side, classes.length, seed);
      setBody(model, weights, bodyPrefix);
      return { model, network: onMobileNet, side, from: basename(start.path), trained: 'backbone' };
    }
    case 'shika-tiny': {
      const source = await readShikaTiny(start.path);
      const { network: name, side: ownSide, classes: ownClasses } = shikaTiny;
      const about = { network: name, side: ownSide, from: basename(start.path), trained: 'all' } as const;
      if (isSame(ownClasses, classes)) return { model: source, ...about };
      return { model: await adapt(source, name, ownSide, classes, examples, seed), ...about };
    }
    case 'model': {
      const card = readDetectorCard(start.files);
      const model = await modelFromFiles(start.files);
      // What a random start learned of a few pictures is not worth keeping.
      const trained = card.start === 'random' ? 'nothing' : 'all';
      const about = { network: card.network, side: card.side, from: card.id, trained } as const;
      if (isSame(card.outputs, classes)) return { model, ...about };
      return { model: await adapt(model, card.network, card.side, classes, examples, seed), ...about };
    }
  }
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}

function mobileNetWith({ alpha, path }: MobileNetWeights): DetectorNetworkName {
  if (alpha === 1) return 'mobilenet-yolox';
  if (alpha === 0.35) return 'mobilenet-yolox-0.35';
  throw new PoisonError(`no detector stands on the MobileNetV2 of ${path}`, {
    found: `alpha ${alpha}`,
    expected: '1 or 0.35',
  });
}

/** The same network with other classes; `source` is disposed of. */
async function adapt(
  source: LayersModel,
  network: DetectorNetworkName,
  side: number,
  classes: readonly string[],
  examples: readonly DetectorExample[],
  seed: number,
): Promise<LayersModel> {
  try {
    const positions = positionsOf(side, detectorStrides[network]);
    const mix = await mixClasses(source, side, positions, classes, examples);
    const { model } = buildDetectorNetwork(network, side, classes.length, seed);
    for (const layer of model.layers) {
      const weights = source.getLayer(layer.name).getWeights();
      if (layer.name.endsWith('/cls')) setHead(layer, mix(headOf(weights)));
      else layer.setWeights(weights);
    }
    return model;
  } finally {
    source.dispose();
  }
}

function headOf([kernel, bias]: readonly tf.Tensor[]): ClassHead {
  return { kernel: kernel!.dataSync<'float32'>(), bias: bias!.dataSync<'float32'>() };
}

function setHead(layer: layers.Layer, { kernel, bias }: ClassHead): void {
  const shape = layer.getWeights()[0]!.shape;
  tf.tidy(() => layer.setWeights([tf.tensor(kernel, shape), tf.tensor1d(bias)]));
}
