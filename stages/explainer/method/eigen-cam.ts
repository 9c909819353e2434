/**
 * EigenCAM (Muhammad and Yeasin 2020, arXiv 2008.00299): what the layer says most of, whatever the class. It takes no
 * gradient, so it cannot tell why one class and not another: a reference, not an explanation.
 */
import { mean } from 'simple-statistics';
import { type HeatMap, type Maps, relu, summedByChannel, weightedSum } from '../maps.ts';

/** The centred maps on their first principal axis, which points to where the layer is more active. */
export function eigenCam(maps: Maps): HeatMap {
  const axis = firstAxis(maps);
  const projected = weightedSum(maps, axis);
  const offset = dot(meanOf(maps), axis);
  const activity = weightedSum(maps, new Float64Array(maps.channels).fill(1));
  const sign = covariance(projected.values, activity.values) < 0 ? -1 : 1;
  return relu({ ...projected, values: projected.values.map((value) => sign * (value - offset)) });
}

/** Steps until the axis hardly turns, or at most; counted, so that the map is the same each time. */
const mostSteps = 100;
const hardly = 1e-9;

/** Unit vector, one number a channel, of either sign: power iteration on the covariance, never formed. */
export function firstAxis(maps: Maps): Float64Array {
  const centre = meanOf(maps);
  let axis = unit(summedByChannel(maps, (value, _, k) => (value - centre[k]!) ** 2));
  for (let step = 0; step < mostSteps; step++) {
    const offset = dot(centre, axis);
    const scores = weightedSum(maps, axis).values;
    const next = unit(
      summedByChannel(
        maps,
        (value, at, k) => (value - centre[k]!) * (scores[Math.trunc(at / maps.channels)]! - offset),
      ),
    );
    const turned = 1 - Math.abs(dot(next, axis));
    axis = next;
    if (turned < hardly) break;
  }
  return axis;
}

function meanOf(maps: Maps): Float64Array {
  const positions = maps.height * maps.width;
  return summedByChannel(maps, (value) => value / positions);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

function covariance(a: Float32Array, b: Float32Array): number {
  const [meanA, meanB] = [mean([...a]), mean([...b])];
  return a.reduce((sum, value, i) => sum + (value - meanA) * (b[i]! - meanB), 0);
}
