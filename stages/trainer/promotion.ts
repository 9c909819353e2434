/**
 * Whether a new model may take over. It must not be worse on the held-out pictures as a whole, nor on those drawn by
 * hand among them: the others were labelled by the active model itself, and a new one that learned its errors would
 * look good there. AP50, not AP50:95, is compared: a stricter overlap would ask the new model to repeat the old one's
 * errors of a few pixels.
 */
import type { Verdict } from '../../pipeline/models/verdict.ts';

interface Scored {
  readonly ap50: number;
  /** Pictures. */
  readonly images: number;
}

/** Null where nothing of the kind is held out. */
export interface HeldOutScores {
  readonly all: Scored | null;
  readonly drawn: Scored | null;
}

/** A difference that so many pictures can tell from chance: one of them, at least a hundredth. */
function tolerance(images: number): number {
  return Math.max(0.01, 1 / Math.max(1, images));
}

export function notWorse(candidate: HeldOutScores, active: HeldOutScores): Verdict {
  const parts = [
    compare('held-out pictures', candidate.all, active.all, 0.01),
    compare('hand-drawn ones', candidate.drawn, active.drawn, tolerance(candidate.drawn?.images ?? 0)),
  ].filter((part) => part !== null);
  if (parts.length === 0) return { yes: true, why: 'nothing is held out to compare on' };
  return { yes: parts.every((part) => part.yes), why: parts.map((part) => part.why).join('; ') };
}

function compare(on: string, candidate: Scored | null, active: Scored | null, slack: number): Verdict | null {
  if (!candidate || !active) return null;
  const why = `AP50 ${candidate.ap50.toFixed(3)} against ${active.ap50.toFixed(3)} of the active model on ${candidate.images} ${on}`;
  return { yes: candidate.ap50 >= active.ap50 - slack, why };
}
