/** Completes tfjs' wasm backend: kernels that training needs and it lacks, has slow, or has wrong. */
import { getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import { batchMatMul } from './batch-mat-mul.ts';
import { conv2d, fusedConv2d } from './conv2d.ts';
import { conv2dBackpropFilter, conv2dBackpropInput } from './conv2d-grad.ts';
import { depthwise, fusedDepthwise } from './depthwise.ts';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './depthwise-grad.ts';
import { concat, split } from './join.ts';
import { backendName } from './kernel.ts';
import { maxPoolGrad } from './max-pool-grad.ts';
import { resizeNearestNeighborGrad } from './resize-nearest-grad.ts';
import { cast, identity } from './share.ts';
import { wasmSilu, wasmSiluGrad } from './silu.ts';
import { sum } from './sum.ts';
import { unsortedSegmentSum } from './unsorted-segment-sum.ts';

const kernels = [
  batchMatMul,
  cast,
  concat,
  conv2d,
  conv2dBackpropFilter,
  conv2dBackpropInput,
  depthwise,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  fusedDepthwise,
  fusedConv2d,
  identity,
  maxPoolGrad,
  resizeNearestNeighborGrad,
  wasmSilu,
  wasmSiluGrad,
  split,
  sum,
  unsortedSegmentSum,
];

/** Registers them all; a second call changes nothing. */
export function registerTrainingKernels(): void {
  for (const kernel of kernels) {
    const present = getKernel(kernel.kernelName, backendName);
    if (present === kernel) continue;
    if (present !== undefined) unregisterKernel(kernel.kernelName, backendName);
    registerKernel(kernel);
  }
}
