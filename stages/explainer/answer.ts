/** Answers a job's question with a model of either kind. */
import type { Classifier } from '../../pipeline/domain/models/classifier/classifier.ts';
import type { Detector } from '../../pipeline/domain/models/detector/detector.ts';
import type { Box } from '../../pipeline/domain/vision/box.ts';
import type { ColormapName } from '../../pipeline/domain/vision/colormap.ts';
import { crop, type Raster } from '../../pipeline/domain/vision/image.ts';
import type { Evidence, ExplainFigures } from '../../schemas/explain-job.ts';
import type { Case } from './case.ts';
import { ClassifierCase } from './classifier/case.ts';
import { type ClassifierExplanation, explainClassifierCase } from './classifier/explain.ts';
import { classifierExplanationFiles } from './classifier/files.ts';
import { DetectorCase } from './detector/case.ts';
import { type DetectorExplanation, explainDetectorCase } from './detector/explain.ts';
import type { FastRun } from './detector/fast-run.ts';
import { detectorExplanationFiles } from './detector/files.ts';
import { distrusted } from './detector/trust.ts';
import { measure } from './fidelity/measure.ts';
import type { AnyMethodName } from './method/method.ts';
import type { SanityVerdict } from './sanity/verdict.ts';

export type Explainable =
  | { readonly kind: 'detector'; readonly model: Detector; readonly fast: FastRun | null }
  | { readonly kind: 'classifier'; readonly model: Classifier };

/** What a job asks. */
export interface ExplainQuestion {
  readonly method: AnyMethodName;
  readonly box: Box | null;
  readonly region: Box | null;
  readonly class?: string;
  readonly layer?: string;
  readonly measure?: boolean;
  readonly truth: string | null;
}

/** What a job is given. */
export interface Answer {
  readonly figures: ExplainFigures;
  /** Where the evidence lies, or how well it supports the class. */
  readonly evidence: Evidence;
  /** In a line for a person. */
  readonly says: string;
  files(colours: ColormapName): Promise<ReadonlyMap<string, Uint8Array>>;
}

/**
 * @param check says of the case, with its weights free to be changed meanwhile, whether the method shows what this
 * model learned; null where that is not known
 * @throws PoisonError where the question does not suit the model or the picture
 */
export async function answer(
  explainable: Explainable,
  picture: Raster,
  request: ExplainQuestion,
  check: (question: Case) => Promise<SanityVerdict | null>,
): Promise<Answer> {
  return explainable.kind === 'detector'
    ? answerByDetector(explainable, picture, request, check)
    : answerByClassifier(explainable.model, picture, request, check);
}

async function answerByDetector(
  { model: detector, fast }: { readonly model: Detector; readonly fast: FastRun | null },
  picture: Raster,
  request: ExplainQuestion,
  check: (question: Case) => Promise<SanityVerdict | null>,
): Promise<Answer> {
  const opened = await DetectorCase.open(detector, picture, request, fast);
  try {
    const found = await explainDetectorCase(opened, detector.card.id, picture, request);
    const fidelity = request.measure ? await measure(opened.probe, found.map, opened.choice.box) : undefined;
    const sanity = await check(opened);
    const explanation: DetectorExplanation = {
      ...found,
      ...(sanity ? { sanity } : {}),
      ...(fidelity ? { fidelity } : {}),
      ...(sanity?.passes === false ? { trust: distrusted(found.trust, sanity.says) } : {}),
    };
    const { trust, score } = explanation;
    return {
      figures: {
        energyInBox: trust.energyInBox,
        pointing: trust.hit ? 1 : 0,
        boxShare: trust.boxShare,
        score,
        ...worth(explanation),
      },
      evidence: trust.evidence,
      says: trust.says,
      files: (colours) => detectorExplanationFiles(picture, explanation, { truth: request.truth, colours }),
    };
  } finally {
    opened.dispose();
  }
}

async function answerByClassifier(
  classifier: Classifier,
  picture: Raster,
  request: ExplainQuestion,
  check: (question: Case) => Promise<SanityVerdict | null>,
): Promise<Answer> {
  const { method, layer, truth, region } = request;
  const shown = region ? crop(picture, region) : picture;
  const asked = { class: request.class ?? null, ...(layer ? { layer } : {}) };
  const opened = await ClassifierCase.open(classifier, shown, asked);
  try {
    const measured = request.measure ?? false;
    const found = await explainClassifierCase(opened, classifier.card.id, shown, { method, measured });
    const sanity = await check(opened);
    const explanation: ClassifierExplanation = { ...found, ...(sanity ? { sanity } : {}) };
    const { label, score, trust } = explanation;
    return {
      figures: { score, ...worth(explanation) },
      evidence: trust?.evidence ?? 'not measured',
      says: lineOf(trust?.says ?? `${label}, not measured`, sanity),
      files: (colours) => classifierExplanationFiles(shown, explanation, { truth, colours }),
    };
  } finally {
    opened.dispose();
  }
}

/** Of fidelity and sanity, what was measured. */
function worth({
  fidelity,
  sanity,
}: Pick<DetectorExplanation, 'fidelity' | 'sanity'>): Pick<
  ExplainFigures,
  'deletion' | 'insertion' | 'road' | 'sanity'
> {
  const measured = fidelity && {
    deletion: fidelity.map.deletion,
    insertion: fidelity.map.insertion,
    road: fidelity.map.road,
  };
  return { ...measured, ...(sanity ? { sanity: sanity.passes ? 1 : 0 } : {}) };
}

function lineOf(says: string, sanity: SanityVerdict | null): string {
  return sanity?.passes === false ? `do not trust: this method ${sanity.says}` : says;
}
