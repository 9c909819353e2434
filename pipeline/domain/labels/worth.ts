/** What a person's look is worth: the order in which tracks are reviewed. */

/** What of a label counts here. */
export interface WeighedLabel {
  /** 0..1 */
  readonly risk: number;
  readonly pending: boolean;
}

/**
 * How many labels of a track would be decided wrongly if nobody looked, as far as risk tells: each pending label below
 * the bound would be accepted and is wrong with its risk, each other would be rejected and is right with the rest. So a
 * whole track near the bound comes before a lone frame there, and what is sure either way comes last.
 * @param acceptBelow risk below which automatic review accepts
 * @returns labels, 0 where nothing is pending
 */
export function worthOfLooking(labels: readonly WeighedLabel[], acceptBelow: number): number {
  const lost = ({ risk, pending }: WeighedLabel) => {
    if (!pending) return 0;
    return risk < acceptBelow ? risk : 1 - risk;
  };
  return labels.reduce((sum, label) => sum + lost(label), 0);
}
