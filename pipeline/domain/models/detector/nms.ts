/** Non-maximum suppression: of the boxes that a detector gives one animal, one stays, at their weighted mean. */
import { type Box, iou } from '../../vision/box.ts';

interface Scored {
  readonly box: Box;
  /** 0..1 */
  readonly score: number;
  readonly label: string;
}

/** A box that overlaps a better one by more is the same animal: it only votes on where that one lies. */
const sameAnimal = 0.8;
/** Boxes that overlap the best one by at least this vote on where it lies. */
const votes = 0.75;
/** The more a box overlaps better ones, the less it counts: by a quarter at an overlap of 0.27, by nine tenths at 0.76. */
const softness = 0.25;

/**
 * Label by label: box voting (Gidaris & Komodakis 2015, arXiv 1505.01749, section 3) and then Gaussian soft-NMS (Bodla et
 * al. 2017, arXiv 1704.04503), which lets two animals overlap where greedy NMS would take one for the other.
 *
 * @param minScore boxes that have less afterwards are dropped
 * @returns what stays, best first; equal scores keep their order
 */
export function suppress<T extends Scored>(boxes: readonly T[], minScore: number): readonly T[] {
  const labels = Map.groupBy(boxes, ({ label }) => label);
  const kept = [...labels.values()].flatMap((sameLabel) => soften(representatives(sameLabel), minScore));
  return kept.sort(byScore);
}

/** The best of boxes that lie alike, each at their mean by score. */
function representatives<T extends Scored>(boxes: readonly T[]): T[] {
  const chosen: T[] = [];
  for (const candidate of boxes.toSorted(byScore)) {
    if (!chosen.some(({ box }) => iou(box, candidate.box) > sameAnimal)) chosen.push(candidate);
  }
  return chosen.map((best) => ({
    ...best,
    box: meanBox(boxes.filter(({ box }) => iou(box, best.box) >= votes)),
  }));
}

function soften<T extends Scored>(boxes: readonly T[], minScore: number): T[] {
  const kept: T[] = [];
  let left = boxes.filter(({ score }) => score >= minScore);
  while (left.length > 0) {
    const best = left.reduce((most, other) => (other.score > most.score ? other : most));
    kept.push(best);
    left = left
      .filter((other) => other !== best)
      .map((other) => ({
        ...other,
        score: other.score * Math.exp(-(iou(other.box, best.box) ** 2) / softness),
      }))
      .filter(({ score }) => score >= minScore);
  }
  return kept;
}

/** By their edges, weighed by their scores. */
function meanBox(boxes: readonly Scored[]): Box {
  const sum = boxes.reduce((total, { score }) => total + score, 0);
  const mean = (edge: (box: Box) => number) =>
    boxes.reduce((total, { box, score }) => total + score * edge(box), 0) / sum;
  const [left, top] = [mean(([x]) => x), mean(([, y]) => y)];
  return [left, top, mean(([x, , w]) => x + w) - left, mean(([, y, , h]) => y + h) - top];
}

function byScore(a: Scored, b: Scored): number {
  return b.score - a.score;
}
