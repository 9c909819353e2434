/** Scores of a classifier: how often it is right, on which class, and whether its probabilities mean what they say. */

/** A picture with its true class and what the classifier gave, one probability a class. */
export interface ClassifiedPicture {
  readonly name: string;
  /** Place in the classes. */
  readonly truth: number;
  readonly probabilities: ArrayLike<number>;
}

/** Scores of one class. */
export interface ClassScores {
  /** Share of those called so that are; null where none was called so. */
  readonly precision: number | null;
  /** Share of those that are so that were called so; null where there are none. */
  readonly recall: number | null;
  /** Pictures that are of the class. */
  readonly n: number;
}

/** A picture that was taken for another class. */
export interface ClassificationMistake {
  readonly name: string;
  readonly truth: string;
  readonly predicted: string;
  /** Of the predicted class. */
  readonly probability: number;
}

/** Predictions of about the same probability. */
export interface CalibrationBin {
  /** Lower and upper end of the bin, probability of the predicted class. */
  readonly from: number;
  readonly to: number;
  readonly n: number;
  readonly meanProbability: number;
  readonly accuracy: number;
}

/** Fractions and probabilities are 0..1. */
export interface ClassificationScores {
  readonly images: number;
  readonly accuracy: number;
  readonly perClass: Readonly<Record<string, ClassScores>>;
  /** `[true class][predicted class]`, counts. */
  readonly confusion: readonly (readonly number[])[];
  readonly calibration: {
    /** Expected calibration error over ten even bins (Guo et al. 2017, arXiv 1706.04599). */
    readonly ece: number;
    /** Bins that have pictures. */
    readonly bins: readonly CalibrationBin[];
  };
  /** The surest first. */
  readonly mistakes: readonly ClassificationMistake[];
}

const bins = 10;

/** @param pictures at least one */
export function classificationScores(
  pictures: readonly ClassifiedPicture[],
  classes: readonly string[],
): ClassificationScores {
  const confusion = classes.map(() => classes.map(() => 0));
  const mistakes: ClassificationMistake[] = [];
  const sure = Array.from({ length: bins }, () => ({ n: 0, probability: 0, right: 0 }));
  let right = 0;
  for (const { name, truth, probabilities } of pictures) {
    const predicted = argMax(probabilities);
    const probability = probabilities[predicted]!;
    confusion[truth]![predicted]! += 1;
    const isRight = predicted === truth;
    if (isRight) right += 1;
    else mistakes.push({ name, truth: classes[truth]!, predicted: classes[predicted]!, probability });
    const bin = sure[Math.min(bins - 1, Math.floor(probability * bins))]!;
    bin.n += 1;
    bin.probability += probability;
    if (isRight) bin.right += 1;
  }
  return {
    images: pictures.length,
    accuracy: right / pictures.length,
    perClass: Object.fromEntries(classes.map((label, i) => [label, scoresOfClass(confusion, i)])),
    confusion,
    calibration: {
      ece: sure.reduce((sum, bin) => sum + Math.abs(bin.probability - bin.right), 0) / pictures.length,
      bins: sure.flatMap(({ n, probability, right: ofBin }, i) =>
        n === 0
          ? []
          : [
              {
                from: i / bins,
                to: (i + 1) / bins,
                n,
                meanProbability: probability / n,
                accuracy: ofBin / n,
              },
            ],
      ),
    },
    mistakes: mistakes.sort((a, b) => b.probability - a.probability),
  };
}

/** Place of the largest value; the first of equals. */
export function argMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if (values[i]! > values[best]!) best = i;
  return best;
}

function scoresOfClass(confusion: readonly (readonly number[])[], label: number): ClassScores {
  const hits = confusion[label]![label]!;
  const n = confusion[label]!.reduce((sum, count) => sum + count, 0);
  const called = confusion.reduce((sum, row) => sum + row[label]!, 0);
  return { precision: called === 0 ? null : hits / called, recall: n === 0 ? null : hits / n, n };
}
