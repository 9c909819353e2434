/**
 * The one convolution of MobileNetV2: kernel, bias and ReLU6 in a single tfjs layer, padded as TensorFlow's `same`,
 * which for even sides is what Keras' `correct_pad` and `valid` give. Batch norm is folded into kernel and bias.
 */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

export interface SameConvOptions {
  readonly name: string;
  /** Output channels; a depthwise convolution has as many as its input and needs none here. */
  readonly filters: number;
  /** Side of the square kernel, px. */
  readonly kernel: number;
  readonly stride: 1 | 2;
  readonly depthwise: boolean;
  readonly activation: 'relu6' | 'linear';
  /** Of the random start (He, truncated normal). */
  readonly seed: number;
}

/** Kernel `[k, k, in, filters]` (depthwise `[k, k, in, 1]`), bias `[filters]`; input and output NHWC. */
export class SameConv extends tfl.layers.Layer {
  static readonly className = 'ShikaSameConv';
  readonly options: SameConvOptions;
  #kernel: tfl.LayerVariable | undefined;
  #bias: tfl.LayerVariable | undefined;

  constructor(options: SameConvOptions) {
    super({ name: options.name });
    this.options = options;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const { kernel: k, filters, depthwise, seed } = this.options;
    const channels = only(inputShape)[3] ?? 0;
    const stddev = Math.sqrt(2 / (k * k * (depthwise ? 1 : channels)));
    const he = tfl.initializers.truncatedNormal({ stddev, seed });
    this.#kernel = this.addWeight('kernel', [k, k, channels, depthwise ? 1 : filters], 'float32', he);
    const zeros = tfl.initializers.zeros();
    this.#bias = this.addWeight('bias', [depthwise ? channels : filters], 'float32', zeros);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const { stride, depthwise, activation } = this.options;
      // The layer is built before it is called, and every input of the network is NHWC.
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      const filter = this.#kernel?.read() as tf.Tensor4D;
      const bias = this.#bias?.read() as tf.Tensor1D;
      const options = { x, filter, strides: stride, pad: 'same', bias, activation } as const;
      return depthwise ? tf.fused.depthwiseConv2d(options) : tf.fused.conv2d(options);
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
tf.serialization.registerClass(SameConv);

function only(shape: tfl.Shape | tfl.Shape[]): tfl.Shape {
  return Array.isArray(shape[0]) ? shape[0] : (shape as tfl.Shape); // tfjs wraps a single shape at will
}
