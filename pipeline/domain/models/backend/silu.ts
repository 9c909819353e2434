/**
 * The SiLU activation (Elfwing, Uchibe and Doya 2017, arXiv 1702.03118), x * sigmoid(x). On wasm it is one pass over
 * memory, forward and backward, where tfjs' own operations make two forward and half a dozen backward.
 */
import {
  add,
  customGrad,
  engine,
  type GradSaveFunc,
  getBackend,
  getKernel,
  mul,
  registerGradient,
  sigmoid,
  sub,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';

/** Its name in tfjs' registry. */
export const siluKernel = 'ShikaSilu';
/** The name of its gradient in tfjs' registry. */
export const siluGradKernel = 'ShikaSiluGrad';

/** x * sigmoid(x), of any shape; keeps only `x` for the way back. */
export function silu<T extends Tensor>(x: T): T {
  if (!hasSiluKernel()) return composedSilu(x) as T; // same shape and type as its input
  return engine().runKernel(siluKernel, { x });
}

/** Whether the backend in use does it in one pass. */
export function hasSiluKernel(): boolean {
  return getKernel(siluKernel, getBackend()) !== undefined;
}

const composedSilu = customGrad((input, save) => {
  const x = input as Tensor; // customGrad types its arguments as tensors or the save function
  (save as GradSaveFunc)([x]);
  return {
    value: mul(x, sigmoid(x)),
    gradFunc: (dy, saved) =>
      tidy(() => {
        const s = sigmoid(saved[0]!);
        return mul(dy, add(s, mul(mul(saved[0]!, s), sub(1, s))));
      }),
  };
});

registerGradient({
  kernelName: siluKernel,
  inputsToSave: ['x'],
  gradFunc: (dy, saved) => {
    const [x] = saved as [Tensor]; // the one saved
    return { x: () => engine().runKernel(siluGradKernel, { x, dy: dy as Tensor }) }; // the kernel has one output
  },
});
