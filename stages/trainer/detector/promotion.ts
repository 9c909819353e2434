/**
 * Whether a new detector may take over. It must be better on the held-out pictures that were drawn by hand: the others
 * were labelled by the active model itself, and a new one that learned its errors would look good there. On all of them
 * together it must not find fewer animals. Five pictures tell little, so the reason says how much chance makes there: to
 * ask for more than that would keep the weak first detector for ever.
 */
import type { PromotionDecision } from '../../../pipeline/domain/models/promotion.ts';
import { detectionScores, type ScoredImage } from '../../../pipeline/domain/scores/detection.ts';
import { standardError } from '../../../pipeline/domain/scores/standard-error.ts';

/** A held-out picture, and what either model detects there. */
export interface PairedDetections {
  readonly candidate: ScoredImage;
  readonly active: ScoredImage;
  /** Whether every box in it was drawn by hand. */
  readonly isDrawn: boolean;
}

/** With fewer pictures by hand nothing can be shown. */
const fewestDrawn = 3;

/** AP50 on all held-out pictures may be so much less. */
const slack = 0.01;

/** Whether the candidate takes over, by what both models detect in the held-out pictures. */
export function detectorPromotion(pairs: readonly PairedDetections[]): PromotionDecision {
  const drawn = pairs.filter(({ isDrawn }) => isDrawn);
  if (drawn.length < fewestDrawn) {
    const why = `${drawn.length} hand-drawn pictures are held out, ${fewestDrawn} are needed to show that it is better`;
    return { yes: false, why: `${why}; \`shika models activate\` decides` };
  }
  const [candidate, active] = [ap('ap50_95', 'candidate', drawn), ap('ap50_95', 'active', drawn)];
  const chance = standardError(drawn, gain);
  const why = [
    `AP50:95 ${candidate.toFixed(3)} against ${active.toFixed(3)} of the active model`,
    `on ${drawn.length} hand-drawn held-out pictures (chance makes ${chance.toFixed(3)})`,
  ].join(' ');
  if (candidate <= active) return { yes: false, why };
  const [found, wanted] = [ap('ap50', 'candidate', pairs), ap('ap50', 'active', pairs)];
  const overall = `AP50 ${found.toFixed(3)} against ${wanted.toFixed(3)} on all ${pairs.length}`;
  return { yes: found >= wanted - slack, why: `${why}; ${overall}` };
}

function ap(
  figure: 'ap50' | 'ap50_95',
  model: 'candidate' | 'active',
  pairs: readonly PairedDetections[],
): number {
  return detectionScores(pairs.map((pair) => pair[model]))[figure];
}

function gain(pairs: readonly PairedDetections[]): number {
  return ap('ap50_95', 'candidate', pairs) - ap('ap50_95', 'active', pairs);
}
