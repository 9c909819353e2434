/** YOLOX-nano as it was trained on COCO, as a detector of "an animal": usable before any training. */
import { basename } from 'node:path';
import { filesOfModel, type ModelFiles } from '../files.ts';
import { type ClassHead, loadYoloxOnnx } from '../yolox/weights.ts';
import { type DetectorCard, withDetectorCard } from './card.ts';
import { buildDetectorNetwork } from './network.ts';

/** COCO's animals and their channels, in the order of `coco.names`. */
export const cocoAnimals = {
  bird: 14,
  cat: 15,
  dog: 16,
  horse: 17,
  sheep: 18,
  cow: 19,
  elephant: 20,
  bear: 21,
  zebra: 22,
  giraffe: 23,
} as const;
export type CocoAnimal = keyof typeof cocoAnimals;

/**
 * A detector whose one label is `animal`: the best of COCO's animal classes.
 *
 * @param path of `yolox_nano.onnx`
 * @param animals which of them count
 * @throws PoisonError where the file is not YOLOX-nano
 */
export async function pretrainedDetector(
  path: string,
  animals: readonly CocoAnimal[] = Object.keys(cocoAnimals) as CocoAnimal[], // its keys are the type
): Promise<ModelFiles> {
  const side = 416;
  const { model } = buildDetectorNetwork('yolox-nano', side, animals.length, 0);
  try {
    await loadYoloxOnnx(model, path, (head) =>
      pickChannels(
        head,
        animals.map((name) => cocoAnimals[name]),
      ),
    );
    const card: Omit<DetectorCard, 'kind' | 'id'> = {
      network: 'yolox-nano',
      side,
      classes: ['animal'],
      outputs: animals.map(() => 'animal'),
      recipe: 'untrained',
      start: basename(path),
      trainedOn: { dataset: '', examples: 0, boxes: 0 },
      scores: null,
      createdAt: new Date().toISOString(),
    };
    return withDetectorCard(await filesOfModel(model), card);
  } finally {
    model.dispose();
  }
}

/** The head with only these classes, in this order. */
export function pickChannels({ kernel, bias }: ClassHead, channels: readonly number[]): ClassHead {
  const all = bias.length;
  return {
    kernel: Float32Array.from({ length: (kernel.length / all) * channels.length }, (_, i) => {
      const feature = Math.trunc(i / channels.length);
      return kernel[feature * all + channels[i % channels.length]!]!;
    }),
    bias: Float32Array.from(channels, (c) => bias[c]!),
  };
}
