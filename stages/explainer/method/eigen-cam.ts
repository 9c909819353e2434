/**
 * EigenCAM (Muhammad and Yeasin 2020, arXiv 2008.00299): what the layer says most of, whatever the class. It takes no
 * gradient, so it cannot tell why one class and not another: a reference, not an explanation.
 */
import { type HeatMap, type Maps, relu, summedByChannel, weightedSum } from '../maps.ts';

/** The maps on their first principal axis, which points to where the layer is more active. */
export function eigenCam(maps: Maps): HeatMap {
  const projected = weightedSum(maps, firstAxis(maps));
  const activity = weightedSum(maps, new Float64Array(maps.channels).fill(1));
  const along = covariance(projected.values, activity.values);
  return relu(along < 0 ? { ...projected, values: projected.values.map((v) => -v) } : projected);
}

/** Far more than two distinct variances need; the same number each time, so that the map is the same each time. */
const steps = 100;

/** Unit vector, one number a channel, of either sign: power iteration on the covariance, never formed. */
export function firstAxis(maps: Maps): Float64Array {
  const positions = maps.height * maps.width;
  const mean = summedByChannel(maps, (value) => value / positions);
  let axis = unit(summedByChannel(maps, (value, _, k) => (value - mean[k]!) ** 2));
  for (let step = 0; step < steps; step++) {
    const offset = mean.reduce((sum, value, k) => sum + value * axis[k]!, 0);
    const scores = weightedSum(maps, axis).values;
    axis = unit(
      summedByChannel(
        maps,
        (value, at, k) => (value - mean[k]!) * (scores[Math.trunc(at / maps.channels)]! - offset),
      ),
    );
  }
  return axis;
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

function covariance(a: Float32Array, b: Float32Array): number {
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  return a.reduce((sum, value, i) => sum + (value - meanA) * (b[i]! - meanB), 0);
}
