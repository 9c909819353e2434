/** A network as TensorFlow's own operations, its weights as constants. */
import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { FatalError } from '../../../runtime/errors.ts';
import { ConvLayer, paddingOf } from '../network/conv-layer.ts';
import { type Attr, attr, type GraphNode } from './saved-model.ts';

/** Operations in an order in which they can be computed. */
export interface FrozenGraph {
  readonly nodes: readonly GraphNode[];
  /** Name of the node that takes `[batch, side, side, 3]`. */
  readonly input: string;
  /** Names of the nodes that give what was asked for. */
  readonly outputs: readonly string[];
}

const float = { T: attr.type('float32') };

/**
 * @param tensors what it gives; what the model gives where left out
 * @throws FatalError where a layer is none that our networks have
 */
export function frozenGraph(
  model: LayersModel,
  tensors: readonly SymbolicTensor[] = model.outputs,
): FrozenGraph {
  const graph = new Frozen();
  const outputs = tensors.map((tensor) => graph.tensor(tensor));
  return { nodes: graph.nodes, input: graph.tensor(model.inputs[0]!), outputs }; // our networks have one input
}

class Frozen {
  readonly nodes: GraphNode[] = [];
  readonly #made = new Map<SymbolicTensor, string>();

  /** Name of the node that computes `tensor`; it and what it needs are made where they are not there yet. */
  tensor(tensor: SymbolicTensor): string {
    let name = this.#made.get(tensor);
    if (name === undefined) {
      name = this.#layer(
        tensor,
        tensor.inputs.map((input) => this.tensor(input)),
      );
      this.#made.set(tensor, name);
    }
    return name;
  }

  #layer(output: SymbolicTensor, inputs: readonly string[]): string {
    const { sourceLayer: layer, shape } = output;
    const { name } = layer;
    if (layer instanceof ConvLayer) return this.#convolution(layer, output, inputs);
    const config: Record<string, unknown> = layer.getConfig();
    switch (layer.getClassName()) {
      case 'InputLayer':
        return this.#add(name, 'Placeholder', [], {
          dtype: attr.type('float32'),
          shape: attr.shape(shape.map((side) => side ?? -1)),
        });
      case 'Rescaling': {
        const scaled = this.#add(
          `${name}/scaled`,
          'Mul',
          [...inputs, this.#number(name, 'scale', config)],
          float,
        );
        return this.#add(name, 'AddV2', [scaled, this.#number(name, 'offset', config)], float);
      }
      case 'Add':
        return this.#add(name, 'AddV2', inputs, float);
      case 'Concatenate': {
        const axis = this.#integers(`${name}/axis`, [], [Number(config.axis)]);
        const attrs = { ...float, N: attr.integer(inputs.length), Tidx: attr.type('int32') };
        return this.#add(name, 'ConcatV2', [...inputs, axis], attrs);
      }
      case 'UpSampling2D': {
        const size = this.#integers(`${name}/size`, [2], [shape[1]!, shape[2]!]); // sides are known
        return this.#add(name, 'ResizeNearestNeighbor', [...inputs, size], float);
      }
      case 'MaxPooling2D':
        return this.#add(name, 'MaxPool', inputs, {
          ...float,
          ksize: attr.integers([1, ...(config.poolSize as number[]), 1]), // two numbers, tfjs' layer says
          strides: attr.integers([1, ...(config.strides as number[]), 1]), // the same
          padding: attr.text(String(config.padding).toUpperCase()),
        });
      case 'GlobalAveragePooling2D': {
        const sides = this.#integers(`${name}/axes`, [2], [1, 2]);
        return this.#add(name, 'Mean', [...inputs, sides], { ...float, Tidx: attr.type('int32') });
      }
      case 'Dense': {
        const [kernel, bias] = this.#weights(layer);
        const product = this.#add(`${name}/product`, 'MatMul', [...inputs, kernel], float);
        return this.#add(name, 'BiasAdd', [product, bias], float);
      }
      case 'Reshape': {
        const sides = shape.map((side) => side ?? -1);
        const to = this.#integers(`${name}/shape`, [sides.length], sides);
        return this.#add(name, 'Reshape', [...inputs, to], { ...float, Tshape: attr.type('int32') });
      }
      default:
        throw new FatalError(`layer ${name} can't be made a TensorFlow operation`, {
          found: layer.getClassName(),
          expected: 'a layer that our networks have',
        });
    }
  }

  /** Written as TensorFlow's optimiser looks for it, to make one operation of it all. */
  #convolution(layer: ConvLayer, output: SymbolicTensor, inputs: readonly string[]): string {
    const { name, options } = layer;
    const { stride, depthwise, activation } = options;
    const [, height, width] = output.inputs[0]!.shape as [null, number, number, number]; // sides are known
    const [kernel, bias] = this.#weights(layer);
    const pad = paddingOf(options, height, width);
    let x = inputs[0]!;
    if (pad !== 'same') {
      const sides = this.#integers(`${name}/pad`, [4, 2], pad.flat());
      x = this.#add(`${name}/padded`, 'Pad', [x, sides], { ...float, Tpaddings: attr.type('int32') });
    }
    const convolved = this.#add(
      `${name}/convolved`,
      depthwise ? 'DepthwiseConv2dNative' : 'Conv2D',
      [x, kernel],
      {
        ...float,
        strides: attr.integers([1, stride, stride, 1]),
        padding: attr.text(pad === 'same' ? 'SAME' : 'VALID'),
      },
    );
    const biased = this.#add(`${name}/biased`, 'BiasAdd', [convolved, bias], float);
    if (activation === 'linear') return biased;
    if (activation !== 'silu')
      return this.#add(name, activation === 'relu' ? 'Relu' : 'Relu6', [biased], float);
    return this.#add(name, 'Mul', [biased, this.#add(`${name}/sigmoid`, 'Sigmoid', [biased], float)], float);
  }

  #weights(layer: layers.Layer): [kernel: string, bias: string] {
    return layer.getWeights().map((weights, i) => {
      const values = weights.dataSync<'float32'>();
      return this.#constant(`${layer.name}/${i === 0 ? 'kernel' : 'bias'}`, weights.shape, values);
    }) as [string, string]; // our convolutions and dense layers have these two
  }

  #add(name: string, op: string, input: readonly string[], attrs: Record<string, Attr>): string {
    this.nodes.push({ name, op, input, attr: attrs });
    return name;
  }

  #constant(name: string, shape: readonly number[], values: Float32Array | Int32Array): string {
    const dtype = attr.type(values instanceof Float32Array ? 'float32' : 'int32');
    return this.#add(name, 'Const', [], { dtype, value: attr.tensor(shape, values) });
  }

  #integers(name: string, shape: readonly number[], values: readonly number[]): string {
    return this.#constant(name, shape, Int32Array.from(values));
  }

  #number(layer: string, key: string, config: Readonly<Record<string, unknown>>): string {
    return this.#constant(`${layer}/${key}`, [], Float32Array.of(Number(config[key])));
  }
}
