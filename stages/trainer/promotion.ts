/**
 * Whether a new model may take over. AP50, not AP50:95, is compared: most held-out boxes were made by the active model
 * itself, and a stricter overlap would ask the new one to repeat the old one's errors of a few pixels.
 */
export interface HeldOutScores {
  readonly ap50: number;
}

/** Differences that a handful of pictures cannot tell from chance. */
const TOLERANCE = 0.01;

export function notWorse(
  candidate: HeldOutScores | null,
  active: HeldOutScores | null,
): { yes: boolean; why: string } {
  if (!candidate || !active) return { yes: true, why: 'nothing is held out to compare on' };
  const why = `AP50 ${candidate.ap50.toFixed(3)} against ${active.ap50.toFixed(3)} of the active model`;
  return { yes: candidate.ap50 >= active.ap50 - TOLERANCE, why };
}
