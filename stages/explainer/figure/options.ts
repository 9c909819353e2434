/** How an explanation of either kind is drawn. */
import type { ColormapName } from '../../../pipeline/domain/vision/colormap.ts';

/** What a figure says and its colours. */
export interface FigureOptions {
  /** The true label; null where it is not known. */
  readonly truth: string | null;
  readonly colours: ColormapName;
}
