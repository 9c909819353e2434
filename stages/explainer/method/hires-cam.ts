/** HiResCAM (Draelos and Carin 2020, arXiv 2011.08891): the gradient is not averaged, so each position keeps its own. */
import { type HeatMap, type Maps, relu, summedOver } from '../maps.ts';

/** `ReLU(Σ_k g_k(x, y) f_k(x, y))`. */
export function hiResCam(maps: Maps, gradients: Maps): HeatMap {
  return relu(summedOver(maps, (value, at) => value * gradients.values[at]!));
}
