/** A training as a job: one schema per kind of model, told apart by `kind`; none takes what is another's. */
import Type, { type Static } from 'typebox';
import { DatasetId } from './dataset.ts';
import { type Body, message } from './message.ts';
import { ClassifierScores, DetectorScores, DrawnScores } from './scores.ts';
import { JobId, ModelId, WeightsId } from './terms.ts';

/** What training starts from. */
export const TrainStart = Type.Union([
  Type.Object({ from: Type.Literal('random') }, { additionalProperties: false }),
  Type.Object({ from: Type.Literal('model'), model: ModelId }, { additionalProperties: false }),
  Type.Object(
    { from: Type.Literal('weights'), name: Type.String({ minLength: 1 }) },
    { additionalProperties: false, description: 'Known ones, which the trainer has' },
  ),
  Type.Object(
    { from: Type.Literal('stored'), weights: WeightsId, name: Type.String({ minLength: 1 }) },
    { additionalProperties: false, description: 'A file of weights in the object store' },
  ),
]);
export type TrainStart = Static<typeof TrainStart>;

const common = { job: JobId, dataset: DatasetId, start: TrainStart, seed: Type.Integer({ minimum: 0 }) };

/** Of a training. */
export const TrainingSteps = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    description: 'Training steps in all; the recipe’s where not given',
  }),
);

export const PreJob = Type.Object(
  { ...common, kind: Type.Literal('pre'), steps: TrainingSteps },
  { additionalProperties: false, description: 'A detector of what was drawn by hand' },
);

export const MainJob = Type.Object(
  { ...common, kind: Type.Literal('main'), steps: TrainingSteps },
  { additionalProperties: false, description: 'A detector of the accepted labels, too' },
);

export const ClassifierJob = Type.Object(
  {
    ...common,
    kind: Type.Literal('classifier'),
    recipe: Type.Optional(Type.Enum(['note', 'default'], { description: 'default where not given' })),
    epochs: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: 'Of the last layer; the recipe’s where not given',
      }),
    ),
  },
  { additionalProperties: false },
);
export type ClassifierJob = Static<typeof ClassifierJob>;

/** Where a detector's training is: at the end of an epoch, or where it goes on. */
export const DetectorProgress = Type.Object(
  {
    epoch: Type.Integer({ minimum: 1 }),
    epochs: Type.Integer({ minimum: 1 }),
    step: Type.Integer({ minimum: 1, description: 'Steps done' }),
    steps: Type.Integer({ minimum: 1, description: 'Steps in all' }),
    loss: Type.Number({ description: 'Mean over the epoch’s steps' }),
    seconds: Type.Number({ minimum: 0, description: 'Since training began, pauses left out' }),
    heldOut: Type.Union([DetectorScores, Type.Null()], {
      description: 'Of the weights that would be kept now; null where nothing is held out',
    }),
    resumedFrom: Type.Optional(
      Type.Integer({ minimum: 1, description: 'The step from which a training that was cut short goes on' }),
    ),
  },
  { additionalProperties: false },
);
export type DetectorProgress = Static<typeof DetectorProgress>;

const promotion = {
  model: ModelId,
  promoted: Type.Boolean({ description: 'Whether it is the active model now' }),
  why: Type.String({ minLength: 1, description: 'Why it is, or why not, in a line for a person' }),
};

export const DetectorResult = Type.Object(
  {
    ...promotion,
    scores: Type.Union([DetectorScores, Type.Null()], { description: 'null where nothing is held out' }),
    startScores: Type.Union([DetectorScores, Type.Null()], {
      description: 'Of what training started from, on the same pictures; null where it knew no animal',
    }),
    drawn: Type.Union([DrawnScores, Type.Null()], {
      description: 'On those held-out pictures alone that were drawn by hand; null where none are held out',
    }),
  },
  { additionalProperties: false },
);
export type DetectorResult = Static<typeof DetectorResult>;

export const classifierSteps = [
  'training pictures',
  'held-out pictures',
  'features',
  'last layer',
  'upper blocks',
  'scoring',
] as const;

/** Where a classifier's training is: pictures looked at, or epochs done, in one of its steps. */
export const ClassifierProgress = Type.Object(
  {
    step: Type.Enum([...classifierSteps], { description: 'What `done` and `total` count' }),
    done: Type.Integer({ minimum: 0 }),
    total: Type.Integer({ minimum: 0 }),
    loss: Type.Optional(Type.Number({ description: 'Mean over the epoch, where an epoch is done' })),
    accuracy: Type.Optional(Type.Number({ description: 'In training, 0..1, likewise' })),
  },
  { additionalProperties: false },
);
export type ClassifierProgress = Static<typeof ClassifierProgress>;

export const ClassifierResult = Type.Object(
  {
    ...promotion,
    examples: Type.Integer({ minimum: 1, description: 'Pictures that were learnt from' }),
    leftOut: Type.Integer({ minimum: 0, description: 'Pictures that were not, as `training.json` explains' }),
    scores: Type.Union([ClassifierScores, Type.Null()], { description: 'null where nothing is held out' }),
  },
  { additionalProperties: false },
);
export type ClassifierResult = Static<typeof ClassifierResult>;

const random = { from: 'random' } as const;
const digest = '0123456789abcdef';

export const TrainJob = message({
  type: 'shika.job.train.v2',
  summary: 'Train a detector or a classifier on a dataset and make it the active one where it is promoted',
  stream: 'JOBS',
  subject: 'job.train.{kind}',
  body: 'json',
  schema: Type.Union([PreJob, MainJob, ClassifierJob]),
  examples: {
    valid: { job: 'main-1', kind: 'main', dataset: digest, start: random, seed: 1, steps: 400 },
    variants: {
      pre: { job: 'pre-1', kind: 'pre', dataset: digest, start: random, seed: 1 },
      classifier: {
        job: 'classifier-1',
        kind: 'classifier',
        dataset: digest,
        start: { from: 'weights', name: 'mobilenet-v2' },
        seed: 1,
        recipe: 'note',
        epochs: 20,
      },
    },
    invalid: {
      'unknown kind': { job: 'x', kind: 'post', dataset: digest, start: random, seed: 1 },
      'a detector has no epochs': {
        job: 'x',
        kind: 'main',
        dataset: digest,
        start: random,
        seed: 1,
        epochs: 20,
      },
      'a detector has no recipe': {
        job: 'x',
        kind: 'pre',
        dataset: digest,
        start: random,
        seed: 1,
        recipe: 'note',
      },
      'a classifier has no steps': {
        job: 'x',
        kind: 'classifier',
        dataset: digest,
        start: { from: 'weights', name: 'mobilenet-v2' },
        seed: 1,
        steps: 400,
      },
      'unknown recipe': {
        job: 'x',
        kind: 'classifier',
        dataset: digest,
        start: { from: 'weights', name: 'mobilenet-v2' },
        seed: 1,
        recipe: 'secret',
      },
      'start names no model': { job: 'x', kind: 'main', dataset: digest, start: { from: 'model' }, seed: 1 },
    },
  },
});
export type TrainJob = Body<typeof TrainJob>;
