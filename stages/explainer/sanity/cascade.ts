/**
 * The parameter-randomisation check (Adebayo et al. 2018, arXiv 1810.03292): block by block from the top, a network
 * forgets what it learned. A map that stays as it was does not show what the network learned.
 */
import type { Case } from '../case.ts';
import type { HeatMap } from '../maps.ts';
import { type AnyMethodName, isBlackBox } from '../method/method.ts';
import { toUnit } from '../pixels.ts';
import { rankCorrelation, ssim } from './compare.ts';
import { blocksOf, randomise, withWeightsRestored } from './randomise.ts';
import type { CascadeStep } from './verdict.ts';

/** How the network is made random. */
export interface CascadeOptions {
  /** Parts into which the layers below the explained one are cut. */
  readonly below: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** D-RISE looks at answers alone: there is nothing to check, and its noise would count as likeness. */
export function isChecked(method: AnyMethodName): boolean {
  return method !== 'drise';
}

/** Maps that cost dozens of runs of the network get fewer steps. */
export function cascadeOptions(method: AnyMethodName, signal?: AbortSignal): CascadeOptions {
  return { below: isBlackBox(method) ? 1 : 3, seed: 1, ...(signal ? { signal } : {}) };
}

/**
 * The model's weights are changed meanwhile: nobody else may use it before this ends.
 *
 * @returns how alike the map still is after each block, what lies over padding left out
 */
export async function cascade(
  question: Case,
  method: AnyMethodName,
  options: CascadeOptions,
): Promise<CascadeStep[]> {
  const mapOf = async () => uncovered(await question.map(method, 'quick'), question);
  const original = await mapOf();
  return withWeightsRestored(question.model, async () => {
    const steps: CascadeStep[] = [];
    for (const [i, block] of blocksOf(question.model, question.layer, options.below).entries()) {
      options.signal?.throwIfAborted();
      randomise(block, options.seed + 1000 * i);
      const map = await mapOf();
      steps.push({
        name: block.name,
        rank: rankCorrelation(original.values, map.values),
        ssim: ssim(toUnit(original), toUnit(map)),
      });
    }
    return steps;
  });
}

/** The cells that lie over the picture, whole or in part. */
function uncovered({ values, width, height }: HeatMap, { probe: { covered, side } }: Case): HeatMap {
  const columns = Math.ceil((covered.width * width) / side);
  const rows = Math.ceil((covered.height * height) / side);
  const inside = Float32Array.from(
    { length: columns * rows },
    (_, i) => values[Math.trunc(i / columns) * width + (i % columns)]!,
  );
  return { values: inside, width: columns, height: rows };
}
