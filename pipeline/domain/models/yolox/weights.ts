/** Puts the weights of Megvii's YOLOX ONNX export into our network of the same shape. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { PoisonError } from '../../../runtime/errors.ts';
import { ConvLayer } from '../network/conv-layer.ts';
import { type OnnxConvolution, readOnnxConvolutions } from './onnx-convolutions.ts';

/** Maps a class head's kernel `[in][classes]` and bias to those of other classes; all heads have the same `in`. */
export interface ClassHead {
  /** `[in * classes]`, class fastest. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/**
 * Convolutions are taken in order, and each must have the shape, stride and sources that our network has there:
 * a file of another network is refused, whatever its names.
 *
 * @param model of `buildNetwork`; its weights are overwritten
 * @param pickClasses makes the class heads of the model from the file's, which usually has other classes
 * @throws PoisonError naming the first convolution that is not as expected
 */
export async function loadYoloxOnnx(
  model: LayersModel,
  path: string,
  pickClasses: (head: ClassHead, classes: number) => ClassHead = same,
): Promise<void> {
  const found = await readOnnxConvolutions(path);
  const expected = convolutionsOf(model);
  if (found.length !== expected.length) {
    throw new PoisonError(`${path} is another network than ${model.name}`, {
      found: `${found.length} convolutions`,
      expected: `${expected.length}`,
    });
  }
  expected.forEach(({ layer, sources }, place) => {
    setWeights(path, layer, sources, found[place]!, pickClasses);
  });
}

/** The convolutions of a tfjs model in the order in which they were made, with their sources as ONNX has them. */
function convolutionsOf(model: LayersModel): { layer: ConvLayer; sources: readonly number[] }[] {
  const convolutions = model.layers
    .filter((layer) => layer instanceof ConvLayer)
    .sort((a, b) => a.options.seed - b.options.seed);
  const places = new Map<layers.Layer, number>(convolutions.map((layer, place) => [layer, place]));
  const sourcesOf = (tensor: SymbolicTensor): number[] => {
    const place = places.get(tensor.sourceLayer);
    if (place !== undefined) return [place];
    if (tensor.inputs.length === 0) return [-1];
    return [...new Set(tensor.inputs.flatMap(sourcesOf))];
  };
  return convolutions.map((layer) => {
    const input = layer.input as SymbolicTensor; // a convolution has one input
    return { layer, sources: sourcesOf(input) };
  });
}

function setWeights(
  path: string,
  layer: ConvLayer,
  sources: readonly number[],
  onnx: OnnxConvolution,
  pickClasses: (head: ClassHead, classes: number) => ClassHead,
): void {
  const isClassHead = layer.name.endsWith('/cls');
  const want = kernelLayout(layer);
  const facts = (c: { shape: readonly number[]; stride: number; sources: readonly number[] }) =>
    `[${c.shape.join(', ')}] stride ${c.stride} from ${c.sources.join(', ')}`;
  // Only the class heads may differ, in their number of classes.
  const shape = isClassHead ? [onnx.shape[0], ...want.shape.slice(1)] : want.shape;
  const expected = { shape, stride: want.stride, sources };
  if (facts(onnx) !== facts(expected)) {
    throw new PoisonError(`convolution ${onnx.name} of ${path} does not fit ${layer.name}`, {
      found: facts(onnx),
      expected: facts(expected),
    });
  }
  let { kernel, bias } = { kernel: toTfjs(onnx, want), bias: onnx.bias };
  if (isClassHead) ({ kernel, bias } = pickClasses({ kernel, bias }, layer.options.filters));
  tf.tidy(() => layer.setWeights([tf.tensor(kernel, want.tfjsShape), tf.tensor1d(bias)]));
}

interface KernelLayout {
  /** As ONNX has it: `[out, in / group, height, width]`. */
  readonly shape: readonly number[];
  readonly stride: number;
  readonly tfjsShape: number[];
  readonly isStem: boolean;
}

function kernelLayout(layer: ConvLayer): KernelLayout {
  const { stride, depthwise } = layer.options;
  const tfjsShape = layer.getWeights()[0]!.shape;
  const [k, , channels, filters] = tfjsShape as [number, number, number, number]; // a ConvLayer's kernel
  if (layer.name === 'backbone/stem') {
    // The 6x6 with stride 2 on 3 channels is a 3x3 on the 12 that YOLOX's Focus makes.
    return { shape: [filters, channels * 4, k / 2, k / 2], stride: 1, tfjsShape, isStem: true };
  }
  const shape = depthwise ? [channels, 1, k, k] : [filters, channels, k, k];
  return { shape, stride, tfjsShape, isStem: false };
}

/** `[out, in, h, w]` to `[h, w, in, out]`; depthwise `[channels, 1, h, w]` to `[h, w, channels, 1]`. */
function toTfjs(
  { shape, weights, group }: OnnxConvolution,
  { isStem, tfjsShape }: KernelLayout,
): Float32Array {
  const [out, perGroup, height, width] = shape;
  const result = new Float32Array(weights.length);
  const [, side, channels] = tfjsShape as [number, number, number, number]; // a ConvLayer's kernel
  let from = 0;
  for (let o = 0; o < out; o += 1) {
    for (let i = 0; i < perGroup; i += 1) {
      for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1, from += 1) {
          const value = weights[from]!;
          if (isStem) {
            // Focus' channel = quarter * 3 + BGR; quarters: top left, bottom left, top right, bottom right.
            const quarter = Math.trunc(i / 3);
            const row = 2 * y + (quarter % 2);
            const column = 2 * x + Math.trunc(quarter / 2);
            const rgb = 2 - (i % 3);
            result[((row * side + column) * channels + rgb) * out + o] = value * 255; // our input is 0..1
          } else if (group > 1) {
            result[(y * width + x) * out + o] = value;
          } else {
            result[((y * width + x) * perGroup + i) * out + o] = value;
          }
        }
      }
    }
  }
  return result;
}

function same(head: ClassHead, classes: number): ClassHead {
  if (head.bias.length !== classes) {
    throw new PoisonError('the weights have other classes than the network', {
      found: `${head.bias.length} classes`,
      expected: `${classes}`,
    });
  }
  return head;
}
