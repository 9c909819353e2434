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

/** How far the true AP50 can be from what so few pictures show: 95 %, Wilson's. */
export const Interval = Type.Tuple([share, share], {
  description: 'Of AP50, 95 %: what so few pictures can say',
});

/** What a person drew is the only truth: other held-out pictures carry labels of the pipeline's own. */
export const DrawnScores = Type.Object(
  {
    scores: DetectorScores,
    startScores: Type.Union([DetectorScores, Type.Null()], {
      description: 'Of what training started from, on the same pictures; null where it knew no animal',
    }),
    interval: Interval,
  },
  { additionalProperties: false, description: 'On the held-out pictures that were drawn by hand' },
);
export type DrawnScores = Static<typeof DrawnScores>;

export const ClassifierScores = Type.Object(
  {
    images,
    accuracy: share,
    ece: Type.Number({ description: 'Expected calibration error' }),
  },
  { additionalProperties: false, description: 'Of a classifier' },
);
export type ClassifierScores = Static<typeof ClassifierScores>;
