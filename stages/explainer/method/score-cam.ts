/**
 * Score-CAM (Wang et al. 2020, arXiv 1910.01279): each map weighs as much as the model's score rises when the picture
 * shows only where that map is high. No gradient is taken.
 */
import type { Probe } from '../case.ts';
import { type HeatMap, type Maps, relu, summedByChannel, weightedSum } from '../maps.ts';
import { plain, scoresThrough } from '../masks.ts';

/**
 * `ReLU(Σ_k (s(X ∘ H_k) - s(X_0)) f_k)`: `H_k` is map k scaled to 0..1, `X_0` the picture hidden as a whole. The weights are
 * not put through a softmax, as in the authors' program: over scores of 0..1 it would make them all alike.
 *
 * @param most channels that are tried, those that vary most (as Faster-Score-CAM does); the others weigh nothing
 */
export async function scoreCam(maps: Maps, probe: Probe, most: number): Promise<HeatMap> {
  const channels = mostVaried(maps, most);
  const masks = channels.map((channel) => toMask(maps, channel));
  const hidden: HeatMap = {
    values: new Float32Array(maps.width * maps.height),
    width: maps.width,
    height: maps.height,
  };
  const instead = plain(probe);
  try {
    const [nothing = 0, ...scores] = await scoresThrough(probe, [hidden, ...masks], instead, 'soft');
    const weights = new Float64Array(maps.channels);
    channels.forEach((channel, i) => {
      weights[channel] = scores[i]! - nothing;
    });
    return relu(weightedSum(maps, weights));
  } finally {
    instead.dispose();
  }
}

/** Channels by falling variance; those that are the same everywhere hide nothing and are left out. */
export function mostVaried(maps: Maps, most: number): number[] {
  const positions = maps.height * maps.width;
  const mean = summedByChannel(maps, (value) => value / positions);
  const variance = summedByChannel(maps, (value, _, k) => (value - mean[k]!) ** 2);
  return [...variance.keys()]
    .filter((k) => variance[k]! > 0)
    .sort((a, b) => variance[b]! - variance[a]!)
    .slice(0, most);
}

/** The channel's map, its lowest value 0 and its highest 1. */
function toMask({ values, width, height, channels }: Maps, channel: number): HeatMap {
  const own = Float32Array.from({ length: width * height }, (_, i) => values[i * channels + channel]!);
  const low = own.reduce((a, b) => Math.min(a, b));
  const high = own.reduce((a, b) => Math.max(a, b));
  return { values: own.map((value) => (value - low) / (high - low)), width, height };
}
