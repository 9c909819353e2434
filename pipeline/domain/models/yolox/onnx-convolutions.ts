/** Reads the convolutions of an ONNX file: their weights, and which convolution's output each one takes. */
import { readFile } from 'node:fs/promises';
// CommonJS: Node sees only a default export.
import onnxProto, { type onnx } from 'onnx-proto';
import { PoisonError, reasonOf } from '../../../runtime/errors.ts';

/** A convolution of the file, with its weights and where its input comes from. */
export interface OnnxConvolution {
  readonly name: string;
  /** `[out, in / group, height, width]` */
  readonly shape: readonly [number, number, number, number];
  readonly weights: Float32Array;
  /** `[out]` */
  readonly bias: Float32Array;
  readonly stride: number;
  readonly group: number;
  /**
   * The convolutions (by their place in the list) whose values reach this one's input through anything that is
   * no convolution, in the order of the inputs on the way; -1 is the picture.
   */
  readonly sources: readonly number[];
}

/**
 * In the file's order, which ONNX keeps topological.
 *
 * @throws PoisonError where the file is no ONNX model, or its batch norms are not folded into convolutions
 */
export async function readOnnxConvolutions(path: string): Promise<readonly OnnxConvolution[]> {
  const graph = await readGraph(path);
  const tensors = new Map((graph.initializer ?? []).map((tensor) => [tensor.name ?? '', tensor]));
  const nodes = graph.node ?? [];
  if (nodes.some(({ opType }) => opType === 'BatchNormalization')) {
    throw new PoisonError(`${path} has batch norm layers of its own`, {
      found: 'BatchNormalization nodes',
      expected: 'an export with batch norm folded into the convolutions (torch.onnx.export in eval mode)',
    });
  }
  const producers = new Map(nodes.flatMap((node) => (node.output ?? []).map((name) => [name, node])));
  const places = new Map(nodes.filter(isConvolution).map((node, place) => [node, place]));
  const memory = new Map<string, readonly number[]>();
  const sourcesOf = (value: string): readonly number[] => {
    const known = memory.get(value);
    if (known !== undefined) return known;
    const sources = sourcesThrough(value);
    memory.set(value, sources);
    return sources;
  };
  const sourcesThrough = (value: string): readonly number[] => {
    const node = producers.get(value);
    if (node === undefined) return tensors.has(value) ? [] : [-1];
    const place = places.get(node);
    return place === undefined ? [...new Set((node.input ?? []).flatMap(sourcesOf))] : [place];
  };
  return [...places.keys()].map((node) => convolution(path, node, tensors, sourcesOf(node.input?.[0] ?? '')));
}

async function readGraph(path: string): Promise<onnx.IGraphProto> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new PoisonError(`weights ${path} can't be read`, {
      found: reasonOf(error),
      expected: 'an ONNX file',
      cause: error,
    });
  }
  let graph: onnx.IGraphProto | null | undefined;
  try {
    graph = onnxProto.onnx.ModelProto.decode(bytes).graph;
  } catch (error) {
    throw new PoisonError(`${path} is no ONNX file`, { found: reasonOf(error), cause: error });
  }
  if (!graph?.node?.some(isConvolution)) {
    throw new PoisonError(`${path} holds no network`, {
      found: `${bytes.byteLength} bytes without a convolution`,
      expected: 'an ONNX model',
    });
  }
  return graph;
}

function isConvolution({ opType }: onnx.INodeProto): boolean {
  return opType === 'Conv';
}

function convolution(
  path: string,
  node: onnx.INodeProto,
  tensors: ReadonlyMap<string, onnx.ITensorProto>,
  sources: readonly number[],
): OnnxConvolution {
  const [, weightName = '', biasName = ''] = node.input ?? [];
  const name = weightName || (node.name ?? '');
  const weights = tensors.get(weightName);
  const [out, perGroup, height, width] = (weights?.dims ?? []).map(Number);
  if (!weights || out === undefined || !perGroup || !height || !width) {
    throw new PoisonError(`convolution ${name} of ${path} has no stored weights`, {
      found: `dimensions [${(weights?.dims ?? []).join(', ')}]`,
      expected: '[out, in, height, width]',
    });
  }
  const bias = tensors.get(biasName);
  return {
    name,
    shape: [out, perGroup, height, width],
    weights: floats(path, weights, out * perGroup * height * width),
    bias: bias ? floats(path, bias, out) : new Float32Array(out),
    stride: Number(attribute(node, 'strides')?.ints?.[0] ?? 1),
    group: Number(attribute(node, 'group')?.i ?? 1),
    sources,
  };
}

function attribute(node: onnx.INodeProto, name: string): onnx.IAttributeProto | undefined {
  return node.attribute?.find((a) => a.name === name);
}

/** ONNX keeps numbers as little-endian bytes, or, rarely, as a list. */
function floats(path: string, tensor: onnx.ITensorProto, count: number): Float32Array {
  const raw = tensor.rawData;
  const values = raw?.byteLength
    ? new Float32Array(new Uint8Array(raw).buffer) // a copy: the bytes may start anywhere
    : Float32Array.from(tensor.floatData ?? []);
  if (tensor.dataType !== onnxProto.onnx.TensorProto.DataType.FLOAT || values.length !== count) {
    throw new PoisonError(`tensor ${tensor.name} of ${path} is not what its shape says`, {
      found: `${values.length} numbers of ONNX type ${tensor.dataType}`,
      expected: `${count} numbers of type 1 (float32)`,
    });
  }
  return values;
}
