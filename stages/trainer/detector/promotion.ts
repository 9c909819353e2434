/**
 * Whether a new detector may take over. It must be better on the held-out pictures that were drawn by hand: the others
 * were labelled by the active model itself, and a new one that learned its errors would look good there. On all of them
 * together it must not find fewer animals. Five pictures tell little, so the reason says how much chance makes there: to
 * ask for more than that would keep the weak first detector for ever.
 */
import type { PromotionDecision } from '../../../pipeline/domain/models/promotion.ts';
import { detectionScores, type ScoredImage } from '../../../pipeline/domain/scores/detection.ts';

/** A held-out picture, and what either model finds there. */
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

/** Pictures are left out in so many groups at most, so that hundreds take no longer. */
const mostGroups = 20;

export function detectorPromotion(trials: readonly PairedDetections[]): PromotionDecision {
  const drawn = trials.filter(({ isDrawn }) => isDrawn);
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
  const [found, wanted] = [ap('ap50', 'candidate', trials), ap('ap50', 'active', trials)];
  const overall = `AP50 ${found.toFixed(3)} against ${wanted.toFixed(3)} on all ${trials.length}`;
  return { yes: found >= wanted - slack, why: `${why}; ${overall}` };
}

function ap(
  figure: 'ap50' | 'ap50_95',
  of: 'candidate' | 'active',
  trials: readonly PairedDetections[],
): number {
  return detectionScores(trials.map((trial) => trial[of]))[figure];
}

function gain(trials: readonly PairedDetections[]): number {
  return ap('ap50_95', 'candidate', trials) - ap('ap50_95', 'active', trials);
}

/** Of a figure of all trials: the jackknife, which leaves out a group at a time (Efron & Stein 1981). */
function standardError(
  trials: readonly PairedDetections[],
  figure: (trials: readonly PairedDetections[]) => number,
): number {
  const groups = Math.min(trials.length, mostGroups);
  const without = Array.from({ length: groups }, (_, group) =>
    figure(trials.filter((_, i) => i % groups !== group)),
  );
  const mean = without.reduce((sum, value) => sum + value, 0) / groups;
  const spread = without.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(((groups - 1) / groups) * spread);
}
