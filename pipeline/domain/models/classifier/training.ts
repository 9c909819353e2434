/** What a classifier's `training.json` says. */
import Type, { type Static } from 'typebox';
import type { ClassificationScores } from '../../scores/classification.ts';
import type { ModelFiles } from '../files.ts';
import { addTraining, trainingIn } from '../training-file.ts';

const share = Type.Number({ minimum: 0, maximum: 1 });
const known = Type.Union([share, Type.Null()]);
const count = Type.Integer({ minimum: 0 });

const scores: Type.TSchema = Type.Object({
  images: count,
  accuracy: share,
  perClass: Type.Record(Type.String(), Type.Object({ precision: known, recall: known, n: count })),
  confusion: Type.Array(Type.Array(count)),
  calibration: Type.Object({
    ece: share,
    bins: Type.Array(
      Type.Object({ from: share, to: share, n: count, meanProbability: Type.Number(), accuracy: share }),
    ),
  }),
  mistakes: Type.Array(
    Type.Object({
      name: Type.String(),
      truth: Type.String(),
      predicted: Type.String(),
      probability: Type.Number(),
    }),
  ),
});

/** A picture that was not learnt from, and why. */
export const leftOutSchema = Type.Object({
  kind: Type.Enum(['unreadable', 'duplicate', 'conflict', 'leak'], {
    description: 'leak: among those to learn from and those to score on, so left out of one of them',
  }),
  name: Type.String(),
  message: Type.String(),
});
export type LeftOut = Static<typeof leftOutSchema>;

/** JSON Schema of a classifier's `training.json`. */
export const classifierTrainingSchema = Type.Object({
  recipe: Type.String(),
  backend: Type.String(),
  seconds: Type.Number({ minimum: 0, description: 'of the whole job, wall time' }),
  /** In the order of the output. */
  classes: Type.Array(
    Type.Object({
      name: Type.String(),
      train: Type.Integer({ minimum: 0, description: 'pictures that were learnt from' }),
      heldOut: count,
    }),
  ),
  epochs: Type.Array(
    Type.Object({ step: Type.String(), epoch: count, loss: Type.Number(), accuracy: share }),
    { description: 'on the pictures that are learnt from, as they are learnt' },
  ),
  scores: Type.Union([Type.Null(), Type.Unsafe<ClassificationScores>(scores)], {
    description: 'on the held-out pictures',
  }),
  leftOut: Type.Array(leftOutSchema),
  why: Type.Optional(
    Type.String({ description: 'why it became the active model, or did not; not there in older files' }),
  ),
});
export type ClassifierTraining = Static<typeof classifierTrainingSchema>;

/** Adds `training.json`; the model's id stays. */
export function withClassifierTraining(files: ModelFiles, training: ClassifierTraining): ModelFiles {
  return addTraining(files, training);
}

/** null where there is none, or one of another version. */
export function readClassifierTraining(files: ModelFiles): ClassifierTraining | null {
  return trainingIn(files, classifierTrainingSchema);
}
