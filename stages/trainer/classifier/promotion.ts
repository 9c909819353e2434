/** Whether a new classifier may take over from the active one. */
import {
  type Classifier,
  classifierBatch,
  stretchToInput,
} from '../../../pipeline/domain/models/classifier/classifier.ts';
import type { PromotionDecision } from '../../../pipeline/domain/models/promotion.ts';
import { withImage } from '../../../pipeline/domain/vision/image.ts';
import type { ClassifierExample } from './example.ts';

/** How often a classifier is right. */
export interface ClassifierAccuracy {
  /** Share of the pictures, 0..1. */
  readonly accuracy: number;
  readonly pictures: number;
}

/**
 * One that forgot a class is another classifier, and a person decides between the two. One that knows more is judged
 * by what both know.
 * @param pictures held out, of classes that both know
 */
export function classifierPromotion(
  candidate: ClassifierAccuracy,
  active: ClassifierAccuracy,
): PromotionDecision {
  const { pictures } = candidate;
  if (pictures === 0) return { yes: true, why: 'nothing is held out to compare on' };
  const percent = ({ accuracy }: ClassifierAccuracy) => `${(100 * accuracy).toFixed(1)} %`;
  const why = `${percent(candidate)} right against ${percent(active)} of the active model on ${pictures} held-out pictures`;
  return { yes: candidate.accuracy >= active.accuracy - Math.max(0.01, 1 / pictures), why };
}

/** Classes of the active model that the candidate lacks; null where there are none. */
export function refuseForgottenClasses(
  candidate: readonly string[],
  active: readonly string[],
): PromotionDecision | null {
  const lacking = active.filter((name) => !candidate.includes(name));
  if (lacking.length === 0) return null;
  const why = `the active model is of other classes: this one does not know ${lacking.join(', ')}`;
  return { yes: false, why: `${why}; \`shika models activate\` decides` };
}

/** Classifies every example. @param classes of the examples' labels; another class of the model is a wrong answer */
export async function measureAccuracy(
  classifier: Classifier,
  examples: readonly ClassifierExample[],
  classes: readonly string[],
): Promise<ClassifierAccuracy> {
  const { side } = classifier.card;
  let correct = 0;
  for (let first = 0; first < examples.length; first += classifierBatch) {
    const some = examples.slice(first, first + classifierBatch);
    const pictures = await Promise.all(
      some.map(async ({ bytes, name }) =>
        withImage(await bytes(), name, (picture) => stretchToInput(picture, side)),
      ),
    );
    const found = await classifier.predict(pictures);
    correct += some.filter(({ label }, i) => found[i]?.[0]?.label === classes[label]).length;
  }
  return { accuracy: examples.length === 0 ? 0 : correct / examples.length, pictures: examples.length };
}
