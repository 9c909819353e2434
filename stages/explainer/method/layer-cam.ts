/** LayerCAM (Jiang et al. 2021, IEEE TIP 30): HiResCAM with what speaks for the class only; suits early layers. */
import { type HeatMap, type Maps, relu, summedOver } from '../maps.ts';

/** `ReLU(Σ_k ReLU(g_k(x, y)) f_k(x, y))`. */
export function layerCam(maps: Maps, gradients: Maps): HeatMap {
  return relu(summedOver(maps, (value, at) => value * Math.max(0, gradients.values[at]!)));
}
