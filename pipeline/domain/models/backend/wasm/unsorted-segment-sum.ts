/** The sum over segments, which tfjs' wasm backend lacks: it is the gradient of `gather`. */
import { type TensorInfo, UnsortedSegmentSum, type UnsortedSegmentSumAttrs } from '@tensorflow/tfjs-core';
import { floats, wasmKernel } from './kernel.ts';

/** Gives `[numSegments, ...]` from x `[rows, ...]` and segmentIds `[rows]`; an id out of range is left out, as in TensorFlow. */
export const unsortedSegmentSum = wasmKernel<UnsortedSegmentSumAttrs>(
  UnsortedSegmentSum,
  (backend, inputs, { numSegments }) => {
    const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo }; // this kernel's inputs by tfjs-core
    const out = backend.makeOutput([numSegments, ...x.shape.slice(1)], 'float32');
    const to = floats(backend, out).fill(0);
    const from = floats(backend, x);
    const row = to.length / Math.max(1, numSegments);
    for (const [i, segment] of backend.typedArrayFromHeap(segmentIds).entries()) {
      if (segment < 0 || segment >= numSegments) continue;
      for (let k = 0; k < row; k++) to[segment * row + k]! += from[i * row + k]!;
    }
    return out;
  },
);
