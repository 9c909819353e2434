/** Joining and splitting along any axis by one loop over rows, where tfjs' wasm backend makes two views per row. */
import {
  backend_util,
  Concat,
  type ConcatAttrs,
  getKernel,
  SplitV,
  type SplitVAttrs,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { backendName, wasmKernel, wasmKernelOfMany } from './kernel.ts';
import { shareMemory } from './share.ts';
import { simdKernels } from './simd/load.ts';

/** tfjs' own kernels, kept before ours take their places in the registry. */
const generalConcat = getKernel(Concat, backendName);
const generalSplit = getKernel(SplitV, backendName);

/** Bytes of one value of the types that {@link simdKernels} can copy. */
const valueBytes = 4;

function copyable({ dtype }: TensorInfo): boolean {
  return dtype === 'float32' || dtype === 'int32';
}

/** Values that lie behind one another for one position of the axes before `axis`. */
function rowSize(shape: number[], axis: number): number {
  return util.sizeFromShape(shape.slice(axis));
}

/** Gives the parts one behind the other along the attribute's axis. */
export const concat = wasmKernel<ConcatAttrs>(Concat, (backend, inputs, attrs) => {
  const parts = Object.values(inputs).filter(({ shape }) => util.sizeFromShape(shape) > 0);
  const [first] = parts;
  if (first === undefined || !parts.every(copyable)) {
    return generalConcat.kernelFunc({ inputs, backend, attrs: { ...attrs } }) as TensorInfo; // it has one output
  }
  if (parts.length === 1) return shareMemory(backend, first);
  const axis = util.parseAxisParam(attrs.axis, first.shape)[0]!;
  const shapes = parts.map(({ shape }) => shape);
  const outShape = backend_util.computeOutShape(shapes, axis);
  const out = backend.makeOutput(outShape, first.dtype);
  const rows = util.sizeFromShape(outShape.slice(0, axis));
  const step = valueBytes * rowSize(outShape, axis);
  let to = backend.getMemoryOffset(out.dataId);
  for (const { dataId, shape } of parts) {
    const bytes = valueBytes * rowSize(shape, axis);
    simdKernels(backend).copyRows(backend.getMemoryOffset(dataId), bytes, to, step, rows, bytes);
    to += bytes;
  }
  return out;
});

/** Gives parts of the attribute's sizes along its axis. */
export const split = wasmKernelOfMany<SplitVAttrs>(SplitV, (backend, inputs, attrs) => {
  const { x } = inputs as { x: TensorInfo }; // this kernel's input by tfjs-core
  if (!copyable(x)) return generalSplit.kernelFunc({ inputs, backend, attrs: { ...attrs } });
  const axis = util.parseAxisParam(attrs.axis, x.shape)[0]!;
  const sizes = backend_util.prepareSplitSize(x as never, attrs.numOrSizeSplits, axis); // it reads the shape only
  const rows = util.sizeFromShape(x.shape.slice(0, axis));
  const step = valueBytes * rowSize(x.shape, axis);
  const outs = sizes.map((size) => backend.makeOutput(x.shape.with(axis, size), x.dtype));
  let from = backend.getMemoryOffset(x.dataId);
  for (const { dataId, shape } of outs) {
    const bytes = valueBytes * rowSize(shape, axis);
    simdKernels(backend).copyRows(from, step, backend.getMemoryOffset(dataId), bytes, rows, bytes);
    from += bytes;
  }
  return outs;
});
