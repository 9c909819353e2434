/** What a detector's `training.json` says: how it did on the held-out pictures, and what came of that. */
import Type from 'typebox';
import { DatasetItem } from '../../../../schemas/dataset.ts';
import { DrawnScores } from '../../../../schemas/scores.ts';
import { Box, ClassLabel, Score } from '../../../../schemas/terms.ts';
import type { ScoredImage } from '../../scores/detection.ts';
import type { DetectionMistake } from '../../scores/mistakes.ts';
import type { ModelFiles } from '../files.ts';
import { addTraining, trainingIn } from '../training-file.ts';

/** A mistake, the boxes of its picture, and where that is. */
export interface RecordedMistake extends Omit<DetectionMistake, 'picture'>, ScoredImage {
  readonly picture: Pick<DatasetItem, 'clip' | 'index' | 'name' | 'width' | 'height'>;
  /** Whether all boxes of its picture were drawn by hand; not there in older files. */
  readonly isDrawn?: boolean;
}

/** What `training.json` of a detector holds. */
export interface DetectorTraining {
  /** The worst first. */
  readonly mistakes: readonly RecordedMistake[];
  /** null where no drawn picture was held out; not there in older files, as is the next. */
  readonly drawn?: DrawnScores | null;
  /** Why it became the active model, or did not, when it was trained. */
  readonly why?: string;
}

const { clip, index, name, width, height } = DatasetItem.properties;
const labelled = { box: Box, label: ClassLabel };
const schema = Type.Object({
  mistakes: Type.Array(
    Type.Object({
      picture: Type.Object({ clip, index, name, width, height }),
      truth: Type.Array(Type.Object(labelled)),
      found: Type.Array(Type.Object({ ...labelled, score: Score })),
      wrong: Type.Enum(['missed', 'false', 'loose']),
      ...labelled,
      score: Type.Union([Score, Type.Null()]),
      overlap: Score,
      isDrawn: Type.Optional(Type.Boolean()),
    }),
  ),
  drawn: Type.Optional(Type.Union([DrawnScores, Type.Null()])),
  why: Type.Optional(Type.String()),
});

/** Adds `training.json`; the model's id stays. */
export function withDetectorTraining(files: ModelFiles, training: DetectorTraining): ModelFiles {
  return addTraining(files, training);
}

/** null where there is none, or one of another version. */
export function readDetectorTraining(files: ModelFiles): DetectorTraining | null {
  return trainingIn(files, schema);
}
