/** Writes a network layer by layer: fills in what our convolutions share and counts their random seeds up. */
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { ConvActivation } from '../backend/convolution.ts';
import { ConvLayer, type ConvOptions } from './conv-layer.ts';

/** A tensor of a network that is being described: it has a shape and no values. */
export type Node = tfl.SymbolicTensor;

/** What differs between a network's convolutions. */
export interface ConvShape {
  readonly filters: number;
  /** 1 where not given. */
  readonly kernel?: number;
  readonly stride?: 1 | 2 | 4;
  readonly depthwise?: boolean;
  readonly activation?: ConvActivation;
  readonly biasStart?: number;
}

/**
 * Logit that a random start gives to every position: an object is rare (1 in 100), so that thousands of empty
 * positions do not drown the first steps (Lin et al. 2017, arXiv 1708.02002, section 4.1).
 */
const rareLogit = -Math.log(99);

/** Makes layers in the order of the calls, which decides their random start. */
export class Graph {
  readonly #activation: ConvActivation;
  readonly #padding: ConvOptions['padding'];
  #seed: number;

  constructor(activation: ConvActivation, seed: number, padding: ConvOptions['padding'] = 'torch') {
    this.#activation = activation;
    this.#seed = seed;
    this.#padding = padding;
  }

  /** Pictures `[batch, side, side, 3]`, RGB 0..255, times `scale` and moved by `offset`. */
  image(side: number, scale: number, offset: number): { input: Node; scaled: Node } {
    const input = tfl.input({ shape: [side, side, 3], name: 'image' });
    return { input, scaled: apply(tfl.layers.rescaling({ scale, offset, name: 'to_unit' }), input) };
  }

  conv(x: Node, name: string, shape: ConvShape): Node {
    this.#seed += 1;
    const { filters, kernel = 1, stride = 1, depthwise = false, biasStart = 0 } = shape;
    const activation = shape.activation ?? this.#activation;
    return apply(
      new ConvLayer({
        name,
        filters,
        kernel,
        stride,
        depthwise,
        activation,
        padding: this.#padding,
        seed: this.#seed,
        biasStart,
      }),
      x,
    );
  }

  add(parts: Node[], name: string): Node {
    return apply(tfl.layers.add({ name }), parts);
  }

  /** Channels one after the other. */
  join(parts: Node[], name: string): Node {
    return apply(tfl.layers.concatenate({ axis: -1, name }), parts);
  }

  /** Twice the height and width, nearest neighbour. */
  up(x: Node, name: string): Node {
    return apply(tfl.layers.upSampling2d({ size: [2, 2], interpolation: 'nearest', name }), x);
  }

  /** Largest of 5 x 5, same size. */
  pool5(x: Node, name: string): Node {
    return apply(tfl.layers.maxPooling2d({ poolSize: 5, strides: 1, padding: 'same', name }), x);
  }

  /** Logit of each class, `[batch, height, width, classes]`; low at first. */
  classLogits(x: Node, name: string, classes: number): Node {
    return this.conv(x, name, { filters: classes, activation: 'linear', biasStart: rareLogit });
  }

  /** The end of a head at one stride: `[batch, height * width, 5 + classes]`, raw. Objectness is low at first. */
  predictions(box: Node, classLogits: Node, name: string): Node {
    const boxOut = this.conv(box, `${name}/box`, { filters: 4, activation: 'linear' });
    const objOut = this.classLogits(box, `${name}/obj`, 1);
    const joined = this.join([boxOut, objOut, classLogits], `${name}/out`);
    // Every network has a fixed input side, so height and width are known.
    const [, height, width, channels] = joined.shape as [null, number, number, number];
    return apply(
      tfl.layers.reshape({ targetShape: [height * width, channels], name: `${name}/flat` }),
      joined,
    );
  }

  /** Positions of all strides one after the other. */
  detections(levels: Node[]): Node {
    return apply(tfl.layers.concatenate({ axis: 1, name: 'detections' }), levels);
  }
}

/** Symbolic in, symbolic out, which the types of tfjs-layers do not tell. */
export function apply(layer: tfl.layers.Layer, x: Node | Node[]): Node {
  const y: Tensor | Tensor[] | Node | Node[] = layer.apply(x);
  return y as Node; // our layers have one output each
}
