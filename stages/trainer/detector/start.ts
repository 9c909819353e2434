/** The network that training starts from, with a class head for the classes that are wanted. */
import { basename } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { readDetectorCard } from '../../../pipeline/models/card.ts';
import { positionsOf } from '../../../pipeline/models/decode.ts';
import { modelFromFiles } from '../../../pipeline/models/files.ts';
import { buildNetwork, type NetworkName, networkStrides } from '../../../pipeline/models/network/network.ts';
import { type ClassHead, loadYoloxOnnx } from '../../../pipeline/models/yolox-onnx.ts';
import { mixClasses } from './class-head.ts';
import type { Example, Start } from './example.ts';

export interface Started {
  readonly model: LayersModel;
  readonly network: NetworkName;
  readonly side: number;
  /** For the card. */
  readonly from: string;
  /** Whether its weights have been trained before. */
  readonly isTrained: boolean;
}

const cocoClasses = 80;

/**
 * @param network for a random start
 * @param side for a random start and for ONNX, px
 * @throws PoisonError where the start's file is not what it should be
 */
export async function startModel(
  start: Start,
  classes: readonly string[],
  examples: readonly Example[],
  { network, side, seed }: { network: NetworkName; side: number; seed: number },
): Promise<Started> {
  switch (start.kind) {
    case 'random': {
      const { model } = buildNetwork(network, side, classes.length, seed);
      return { model, network, side, from: 'random', isTrained: false };
    }
    case 'yolox-onnx': {
      const { model } = buildNetwork('yolox-nano', side, cocoClasses, seed);
      await loadYoloxOnnx(model, start.path);
      const adapted = await adapt(model, 'yolox-nano', side, classes, examples, seed);
      return {
        model: adapted,
        network: 'yolox-nano',
        side,
        from: basename(start.path),
        isTrained: true,
      };
    }
    case 'model': {
      const card = readDetectorCard(start.files);
      const model = await modelFromFiles(start.files);
      const about = { network: card.network, side: card.side, from: card.id, isTrained: true };
      const sameClasses = JSON.stringify(card.outputs) === JSON.stringify(classes);
      if (sameClasses) return { model, ...about };
      return { model: await adapt(model, card.network, card.side, classes, examples, seed), ...about };
    }
  }
}

/** The same network with other classes; `source` is disposed of. */
async function adapt(
  source: LayersModel,
  network: NetworkName,
  side: number,
  classes: readonly string[],
  examples: readonly Example[],
  seed: number,
): Promise<LayersModel> {
  try {
    const positions = positionsOf(side, networkStrides[network]);
    const mix = await mixClasses(source, side, positions, classes, examples);
    const { model } = buildNetwork(network, side, classes.length, seed);
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
