/** What a model scored on the held-out pictures, as messages carry it: the few figures that two models are compared by. */
import Type, { type Static } from 'typebox';

/** 0..1; no bound, since rounding may lead over it. */
const share = Type.Number();

const images = Type.Integer({ minimum: 1, description: 'Held-out pictures' });

export const DetectorScores = Type.Object(
  { images, ap50: share, ap50_95: share, meanIoU: share, recall: share },
  { additionalProperties: false, description: 'Of a detector, as COCO defines them' },
);
export type DetectorScores = Static<typeof DetectorScores>;

export const ClassifierScores = Type.Object(
  {
    images,
    accuracy: share,
    ece: Type.Number({ description: 'Expected calibration error' }),
  },
  { additionalProperties: false, description: 'Of a classifier' },
);
export type ClassifierScores = Static<typeof ClassifierScores>;
