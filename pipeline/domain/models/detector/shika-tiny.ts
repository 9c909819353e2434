/**
 * The start that ships with the project, for machines without any other: the tiny network, trained on rendered deer
 * (`pipeline/app/demo/pretrain/`). Its weights are a file of bfloat16 numbers, all tensors in the network's order.
 */
import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { PoisonError } from '../../../runtime/errors.ts';
import { fromBfloat16, toBfloat16 } from '../bfloat16.ts';
import { buildDetectorNetwork } from './network.ts';

export const shikaTiny = { network: 'tiny', side: 416, classes: ['deer'] } as const;

/** Two bytes a weight, little endian. */
export function encodeShikaTiny(model: LayersModel): Uint8Array {
  const rounded = model.getWeights().map((weights) => toBfloat16(weights.dataSync<'float32'>()));
  const bytes = new Uint8Array(2 * rounded.reduce((sum, { length }) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const weights of rounded) {
    for (const value of weights) {
      view.setUint16(at, value, true);
      at += 2;
    }
  }
  return bytes;
}

/** @throws PoisonError where the bytes are not as many as the network needs */
export function decodeShikaTiny(bytes: Uint8Array): LayersModel {
  const { network, side, classes } = shikaTiny;
  const { model } = buildDetectorNetwork(network, side, classes.length, 0);
  const count = model.countParams();
  if (bytes.length !== 2 * count) {
    model.dispose();
    throw new PoisonError('these are no weights of shika-tiny', {
      found: `${bytes.length} bytes`,
      expected: `${2 * count}`,
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = fromBfloat16(Uint16Array.from({ length: count }, (_, i) => view.getUint16(2 * i, true)));
  let at = 0;
  tf.tidy(() =>
    model.setWeights(
      model.getWeights().map(({ shape, size }) => {
        at += size;
        return tf.tensor(values.slice(at - size, at), shape);
      }),
    ),
  );
  return model;
}

/** @throws PoisonError where the file is another one */
export async function readShikaTiny(path: string): Promise<LayersModel> {
  return decodeShikaTiny(new Uint8Array(await readFile(path)));
}
