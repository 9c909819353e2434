/** The gradient of nearest-neighbour resizing: tfjs' own wasm kernel searches for each input pixel's readers. */
import {
  ResizeNearestNeighborGrad,
  type ResizeNearestNeighborGradAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { floats, wasmKernel } from './kernel.ts';

/** Gives the shape of `images` `[n, h, w, c]` from dy `[n, oh, ow, c]`: each pixel sums what was copied from it. */
export const resizeNearestNeighborGrad = wasmKernel<ResizeNearestNeighborGradAttrs>(
  ResizeNearestNeighborGrad,
  (backend, inputs, { alignCorners }) => {
    const { images, dy } = inputs as { images: TensorInfo; dy: TensorInfo }; // this kernel's inputs by tfjs-core
    const [batch, height, width, channels] = images.shape as [number, number, number, number]; // checked by the op
    const [, outHeight, outWidth] = dy.shape as [number, number, number, number]; // checked by the op
    const rows = sources(height, outHeight, alignCorners);
    const columns = sources(width, outWidth, alignCorners);
    const out = backend.makeOutput(images.shape, 'float32');
    const to = floats(backend, out).fill(0);
    const from = floats(backend, dy);
    for (let n = 0, grad = 0; n < batch; n++) {
      for (let oh = 0; oh < outHeight; oh++) {
        const row = (n * height + rows[oh]!) * width;
        for (let ow = 0; ow < outWidth; ow++, grad += channels) {
          const target = (row + columns[ow]!) * channels;
          for (let c = 0; c < channels; c++) to[target + c]! += from[grad + c]!;
        }
      }
    }
    return out;
  },
);

/** Which input position each of `to` output positions was copied from, as TensorFlow's resize_nearest_neighbor_op. */
function sources(from: number, to: number, alignCorners: boolean): Int32Array {
  const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  const round = alignCorners ? Math.round : Math.floor;
  return Int32Array.from({ length: to }, (_, i) => Math.min(from - 1, round(i * scale)));
}
