/** Pictures as the input of a network. */
import * as tf from '@tensorflow/tfjs-core';
import { FatalError } from '../../runtime/errors.ts';
import type { Raster } from '../vision/image.ts';

/** `[pictures, side, side, 3]`, 0..255. @throws FatalError where one has another size */
export function tensorOf(pictures: readonly Raster[], side: number): tf.Tensor4D {
  const size = side * side * 3;
  const values = new Float32Array(pictures.length * size);
  pictures.forEach(({ data, width, height }, i) => {
    if (width !== side || height !== side) {
      const facts = { found: `${width} x ${height} px`, expected: `${side} x ${side}` };
      throw new FatalError('a picture does not have the size of the input', facts);
    }
    values.set(data, i * size);
  });
  return tf.tensor4d(values, [pictures.length, side, side, 3]);
}
