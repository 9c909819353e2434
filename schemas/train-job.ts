import Type from 'typebox';
import { DatasetId } from './dataset.ts';
import { type Body, message } from './message.ts';
import { JobId, ModelId, WeightsId } from './terms.ts';

export const TrainJob = message({
  type: 'shika.job.train.v1',
  summary: 'Train a detector or a classifier on a dataset and, if it does better, make it the active one',
  stream: 'JOBS',
  subject: 'job.train.{kind}',
  body: 'json',
  schema: Type.Object(
    {
      job: JobId,
      kind: Type.Union([Type.Literal('pre'), Type.Literal('main'), Type.Literal('classifier')], {
        description: 'pre and main train a detector',
      }),
      dataset: DatasetId,
      start: Type.Union([
        Type.Object({ from: Type.Literal('random') }, { additionalProperties: false }),
        Type.Object({ from: Type.Literal('model'), model: ModelId }, { additionalProperties: false }),
        Type.Object(
          { from: Type.Literal('weights'), name: Type.String({ minLength: 1 }) },
          { additionalProperties: false, description: 'Known ones, which the trainer has' },
        ),
        Type.Object(
          { from: Type.Literal('brought'), weights: WeightsId, name: Type.String({ minLength: 1 }) },
          { additionalProperties: false, description: 'A file of weights that was put on the bus' },
        ),
      ]),
      seed: Type.Integer({ minimum: 0 }),
      steps: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 1_000_000,
          description: 'Training steps of a detector in all; the recipe’s where not given',
        }),
      ),
      recipe: Type.Optional(
        Type.Enum(['note', 'default'], { description: 'Of a classifier; default where not given' }),
      ),
      epochs: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 1_000_000,
          description: 'Of a classifier’s last layer; the recipe’s where not given',
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
      'unknown recipe': {
        job: 'x',
        kind: 'classifier',
        dataset: '0123456789abcdef',
        start: { from: 'weights', name: 'mobilenet-v2' },
        seed: 1,
        recipe: 'secret',
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
