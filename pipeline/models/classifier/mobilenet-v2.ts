/**
 * MobileNetV2 (Sandler et al. 2018, arXiv 1801.04381) as keras.applications lays it out: the same layer names, so that
 * its weights are found by name. The end is ours: global average pooling and one dense layer, which is what CAM needs.
 */
import * as tfl from '@tensorflow/tfjs-layers';
import { FatalError } from '../../errors.ts';
import { apply, type Node } from '../network/graph.ts';
import { SameConv, type SameConvOptions } from './conv.ts';

/** Layers that explanations and training ask for by name. */
export const lastMapsLayer = 'Conv_1';
export const pooledLayer = 'pooled';
export const scoresLayer = 'scores';

export interface MobileNetV2Shape {
  /** Multiplies the channels; keras.applications has 0.35, 0.5, 0.75, 1, 1.3 and 1.4. */
  readonly alpha: number;
  /** Of the square input, px; a multiple of 32. */
  readonly side: number;
  readonly classes: number;
  /** Of the random start. */
  readonly seed: number;
}

/** Table 2 of the paper: expansion, channels, blocks, stride of the first. */
const stages = [
  { expansion: 1, filters: 16, blocks: 1, stride: 1 },
  { expansion: 6, filters: 24, blocks: 2, stride: 2 },
  { expansion: 6, filters: 32, blocks: 3, stride: 2 },
  { expansion: 6, filters: 64, blocks: 4, stride: 2 },
  { expansion: 6, filters: 96, blocks: 3, stride: 1 },
  { expansion: 6, filters: 160, blocks: 3, stride: 2 },
  { expansion: 6, filters: 320, blocks: 1, stride: 1 },
] as const;

/**
 * Input `[batch, side, side, 3]`, RGB 0..255. Output `[batch, classes]`: logits.
 *
 * @throws FatalError where the side is no multiple of 32
 */
export function buildMobileNetV2({ alpha, side, classes, seed }: MobileNetV2Shape): tfl.LayersModel {
  if (!Number.isInteger(side / 32) || side < 32) {
    const facts = { found: `${side} px`, expected: 'a multiple of 32' };
    throw new FatalError('MobileNetV2 cannot have this input side', facts);
  }
  let layerSeed = seed;
  const conv = (x: Node, shape: Omit<SameConvOptions, 'seed'>): Node => {
    layerSeed += 1;
    return apply(new SameConv({ ...shape, seed: layerSeed }), x);
  };
  const input = tfl.input({ shape: [side, side, 3], name: 'image' });
  const scaled = apply(tfl.layers.rescaling({ scale: 1 / 127.5, offset: -1, name: 'to_unit' }), input);
  const stem = { filters: channelsOf(32 * alpha), kernel: 3, stride: 2, depthwise: false } as const;
  let x = conv(scaled, { name: 'Conv1', ...stem, activation: 'relu6' });
  let block = 0;
  for (const { expansion, filters, blocks, stride } of stages) {
    for (let i = 0; i < blocks; i += 1, block += 1) {
      const prefix = block === 0 ? 'expanded_conv' : `block_${block}`;
      const [from, to] = [channelCount(x), channelsOf(filters * alpha)];
      const pointwise = { kernel: 1, stride: 1, depthwise: false } as const;
      const wide =
        expansion === 1
          ? x
          : conv(x, {
              name: `${prefix}_expand`,
              filters: from * expansion,
              ...pointwise,
              activation: 'relu6',
            });
      const moved = conv(wide, {
        name: `${prefix}_depthwise`,
        filters: 0,
        kernel: 3,
        stride: i === 0 ? stride : 1,
        depthwise: true,
        activation: 'relu6',
      });
      const narrow = conv(moved, {
        name: `${prefix}_project`,
        filters: to,
        ...pointwise,
        activation: 'linear',
      });
      x = i > 0 && from === to ? apply(tfl.layers.add({ name: `${prefix}_add` }), [x, narrow]) : narrow;
    }
  }
  const last = { filters: channelsOf(1280 * Math.max(1, alpha)), kernel: 1, stride: 1 } as const;
  const maps = conv(x, { name: lastMapsLayer, ...last, depthwise: false, activation: 'relu6' });
  const pooled = apply(tfl.layers.globalAveragePooling2d({ name: pooledLayer }), maps);
  const start = tfl.initializers.glorotUniform({ seed });
  const scores = tfl.layers.dense({ units: classes, name: scoresLayer, kernelInitializer: start });
  return tfl.model({ inputs: input, outputs: apply(scores, pooled), name: `mobilenet-v2-${alpha}` });
}

/** To a multiple of 8, at least 8, and not more than a tenth below (`_make_divisible` of keras.applications). */
export function channelsOf(wanted: number): number {
  const rounded = Math.max(8, Math.floor((wanted + 4) / 8) * 8);
  return rounded < 0.9 * wanted ? rounded + 8 : rounded;
}

function channelCount({ shape }: Node): number {
  return shape[3] ?? 0; // NHWC, and every layer of ours knows its channels
}
