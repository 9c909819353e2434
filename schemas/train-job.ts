import Type from 'typebox';
import { DatasetId } from './dataset.ts';
import { type Body, message } from './message.ts';
import { JobId, ModelId } from './terms.ts';

export const TrainJob = message({
  type: 'shika.job.train.v1',
  summary: 'Train a detector on a dataset and, if it is not worse, make it the active one',
  stream: 'JOBS',
  subject: 'job.train.{kind}',
  body: 'json',
  schema: Type.Object(
    {
      job: JobId,
      kind: Type.Union([Type.Literal('pre'), Type.Literal('main')]),
      dataset: DatasetId,
      start: Type.Union([
        Type.Object({ from: Type.Literal('random') }, { additionalProperties: false }),
        Type.Object({ from: Type.Literal('model'), model: ModelId }, { additionalProperties: false }),
        Type.Object(
          { from: Type.Literal('weights'), name: Type.String({ minLength: 1 }) },
          { additionalProperties: false },
        ),
      ]),
      seed: Type.Integer({ minimum: 0 }),
      steps: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 1_000_000,
          description: 'Training steps in all; the recipe’s where not given',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: { job: 'main-1', kind: 'main', dataset: '0123456789abcdef', start: { from: 'random' }, seed: 1 },
    invalid: {
      'unknown kind': {
        job: 'x',
        kind: 'post',
        dataset: '0123456789abcdef',
        start: { from: 'random' },
        seed: 1,
      },
      'start names no model': {
        job: 'x',
        kind: 'main',
        dataset: '0123456789abcdef',
        start: { from: 'model' },
        seed: 1,
      },
    },
  },
});
export type TrainJob = Body<typeof TrainJob>;
