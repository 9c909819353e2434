/** CAM (Zhou et al. 2016, arXiv 1512.04150): for networks that end in global average pooling and one dense layer. */
import { type HeatMap, type Maps, weightedSum } from '../maps.ts';

/** `M_c(x, y) = Σ_k w_k^c f_k(x, y)`; signed. @param weights the dense layer's of the class, one a channel */
export function cam(maps: Maps, weights: ArrayLike<number>): HeatMap {
  return weightedSum(maps, weights);
}
