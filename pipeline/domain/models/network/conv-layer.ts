/**
 * The one convolution of our networks: kernel, bias and activation in a single tfjs layer. There is no batch norm:
 * where a network had one, it is folded into kernel and bias, which suits few-shot training (no statistics of 8
 * pictures) and is faster.
 */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type ConvActivation, type ConvPadding, convolve } from '../backend/convolution.ts';

/** What one convolution is. */
export interface ConvOptions {
  readonly name: string;
  /** Output channels; a depthwise convolution has as many as its input and needs none here. */
  readonly filters: number;
  /** Side of the square kernel, px. */
  readonly kernel: number;
  readonly stride: 1 | 2 | 4;
  readonly depthwise: boolean;
  readonly activation: ConvActivation;
  /** Whose weights are to give their own numbers; the two differ where a stride is 2. */
  readonly padding: 'torch' | 'keras';
  /** Of the random start (He, truncated normal). */
  readonly seed: number;
  /** What every bias starts from. */
  readonly biasStart: number;
}

/** Kernel `[k, k, in, filters]` (depthwise `[k, k, in, 1]`), bias `[filters]`; input and output NHWC. */
export class ConvLayer extends tfl.layers.Layer {
  static readonly className = 'ShikaConv';
  readonly options: ConvOptions;
  #kernel: tfl.LayerVariable | undefined;
  #bias: tfl.LayerVariable | undefined;

  constructor(options: ConvOptions) {
    super({ name: options.name });
    this.options = options;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const { kernel: k, filters, depthwise, seed, biasStart } = this.options;
    const channels = only(inputShape)[3] ?? 0;
    const { truncatedNormal, constant } = tfl.initializers;
    const he = truncatedNormal({ stddev: Math.sqrt(2 / (k * k * (depthwise ? 1 : channels))), seed });
    this.#kernel = this.addWeight('kernel', [k, k, channels, depthwise ? 1 : filters], 'float32', he);
    const biases = constant({ value: biasStart });
    this.#bias = this.addWeight('bias', [depthwise ? channels : filters], 'float32', biases);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const { stride, depthwise, activation } = this.options;
      // The layer is built before it is called, and every input of our networks is NHWC.
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      const filter = this.#kernel?.read() as tf.Tensor4D;
      const bias = this.#bias?.read() as tf.Tensor1D;
      const [, height, width] = x.shape;
      const pad = paddingOf(this.options, height, width);
      return convolve({ x, filter, bias, strides: stride, pad, depthwise, activation });
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const { filters, depthwise, stride } = this.options;
    const [batch = null, height = null, width = null, channels = null] = only(inputShape);
    const strided = (side: number | null) => (side === null ? null : Math.ceil(side / stride));
    return [batch, strided(height), strided(width), depthwise ? channels : filters];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.options };
  }

  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    return new cls(config);
  }
}
tf.serialization.registerClass(ConvLayer);

/**
 * torch pads a strided 3x3 on all sides, of which an even side uses only top and left; tfjs' `same`, which for even
 * sides is Keras' `correct_pad` and `valid`, pads bottom and right. So for those it is given side by side; for
 * everything else `same` is the same.
 */
export function paddingOf(
  { kernel, stride, padding }: Pick<ConvOptions, 'kernel' | 'stride' | 'padding'>,
  height: number,
  width: number,
): ConvPadding {
  if (padding === 'keras' || stride === 1 || kernel % 2 === 0) return 'same';
  const before = (kernel - 1) / 2;
  const after = (side: number) => (side % 2 === 0 ? before - 1 : before);
  return [
    [0, 0],
    [before, after(height)],
    [before, after(width)],
    [0, 0],
  ];
}

function only(shape: tfl.Shape | tfl.Shape[]): tfl.Shape {
  return Array.isArray(shape[0]) ? shape[0] : (shape as tfl.Shape); // tfjs wraps a single shape at will
}
