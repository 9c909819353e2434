/**
 * The loops that training spends its time in and tfjs' wasm backend has not (or has slow), in AssemblyScript
 * (assemblyscript.org) with 128-bit SIMD. `../build.ts` compiles this folder to kernels.wasm, which runs on the
 * memory of tfjs' own module: every argument named after a tensor is the address of its first float32.
 *
 * Pictures are [n, h, w, c]; `rows` are all axes but the channels'.
 */
export { conv, convInputGrad } from './conv';
export { copyRows } from './copy';
export { depthwise } from './depthwise';
export { depthwiseFilterGrad, depthwiseInputGrad } from './depthwise-grad';
export { convFilterGrad, outerProduct } from './filter-grad';
export { maxPoolGrad } from './max-pool-grad';
export { matMul } from './mat-mul';
export { silu, siluGrad } from './silu';
export { sumRows } from './sum';
