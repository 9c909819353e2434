/** Grad-CAM (Selvaraju et al. 2017, arXiv 1610.02391): the gradient stands in for CAM's weights. */
import { type HeatMap, type Maps, relu, summedByChannel, weightedSum } from '../maps.ts';

/** `L_c = ReLU(Σ_k α_k^c f_k)`. */
export function gradCam(maps: Maps, gradients: Maps): HeatMap {
  return relu(weightedSum(maps, gradCamWeights(gradients)));
}

/** `α_k^c = (1/Z) Σ_x Σ_y ∂y_c/∂f_k(x, y)`, `Z` = number of positions; one a channel. */
export function gradCamWeights(gradients: Maps): Float64Array {
  const positions = gradients.height * gradients.width;
  return summedByChannel(gradients, (gradient) => gradient / positions);
}
