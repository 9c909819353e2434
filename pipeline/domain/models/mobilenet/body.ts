/**
 * The convolutions of MobileNetV2 (Sandler et al. 2018, arXiv 1801.04381) as keras.applications lays them out: the same
 * layer names, so that its weights are found by name. The classifier and a detector stand on it.
 */
import { type ConvShape, Graph, type Node } from '../network/graph.ts';

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

/** What is to be built. */
export interface BodyShape {
  /** Multiplies the channels; keras.applications has 0.35, 0.5, 0.75, 1, 1.3 and 1.4. */
  readonly alpha: number;
  /** Of the random start. */
  readonly seed: number;
  /** Before the name of every layer; nothing where not given. */
  readonly prefix?: string;
}

/** Blocks whose expanded maps a detector takes, as SSDLite does: the widest ones of a stride, before it is halved. */
const wideAt8 = 'block_6';
const wideAt16 = 'block_13';

/** Name of the last layer. */
export const lastConvolution = 'Conv_1';

/**
 * @param image `[batch, side, side, 3]`, -1..1
 * @returns maps at strides 8, 16 and 32; the last is what the classifier pools
 */
export function mobileNetBody(image: Node, { alpha, seed, prefix = '' }: BodyShape): [Node, Node, Node] {
  const graph = new Graph('relu6', seed, 'keras');
  const conv = (x: Node, name: string, shape: ConvShape) => graph.conv(x, `${prefix}${name}`, shape);
  const wide = new Map<string, Node>();
  let x = conv(image, 'Conv1', { filters: channelsOf(32 * alpha), kernel: 3, stride: 2 });
  let number = 0;
  for (const { expansion, filters, blocks, stride } of stages) {
    for (let i = 0; i < blocks; i += 1, number += 1) {
      const block = number === 0 ? 'expanded_conv' : `block_${number}`;
      const [from, to] = [channelCount(x), channelsOf(filters * alpha)];
      const expanded = expansion === 1 ? x : conv(x, `${block}_expand`, { filters: from * expansion });
      wide.set(block, expanded);
      const spatial = { filters: 0, kernel: 3, stride: i === 0 ? stride : 1, depthwise: true } as const;
      const moved = conv(expanded, `${block}_depthwise`, spatial);
      const narrow = conv(moved, `${block}_project`, { filters: to, activation: 'linear' });
      x = i > 0 && from === to ? graph.add([x, narrow], `${prefix}${block}_add`) : narrow;
    }
  }
  const last = conv(x, lastConvolution, { filters: channelsOf(1280 * Math.max(1, alpha)) });
  return [wide.get(wideAt8)!, wide.get(wideAt16)!, last];
}

/** To a multiple of 8, at least 8, and not more than a tenth below (`_make_divisible` of keras.applications). */
export function channelsOf(wanted: number): number {
  const rounded = Math.max(8, Math.floor((wanted + 4) / 8) * 8);
  return rounded < 0.9 * wanted ? rounded + 8 : rounded;
}

function channelCount({ shape }: Node): number {
  return shape[3] ?? 0; // NHWC, and every layer of ours knows its channels
}
