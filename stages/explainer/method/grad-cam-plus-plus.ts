/** Grad-CAM++ (Chattopadhay et al. 2018, arXiv 1710.11063): positions weigh by how much they say alone. */
import { type HeatMap, type Maps, relu, summedByChannel, weightedSum } from '../maps.ts';

/** `ReLU(Σ_k w_k f_k)`. */
export function gradCamPlusPlus(maps: Maps, gradients: Maps): HeatMap {
  return relu(weightedSum(maps, gradCamPlusPlusWeights(maps, gradients)));
}

/**
 * `w_k = Σ_xy α_k(x, y) ReLU(g_k(x, y))` with `α = g² / (2 g² + g³ Σ_ab f_k(a, b))`: their equation 19 for a score
 * `exp(y)`, whose common factor falls out when the map is scaled.
 */
export function gradCamPlusPlusWeights(maps: Maps, gradients: Maps): Float64Array {
  const activity = summedByChannel(maps, (value) => value);
  return summedByChannel(gradients, (g, _, channel) => {
    if (g <= 0) return 0;
    const denominator = 2 * g ** 2 + g ** 3 * activity[channel]!;
    return denominator === 0 ? 0 : (g ** 2 / denominator) * g;
  });
}
