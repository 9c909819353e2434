import Type from 'typebox';
import { type Body, message } from './message.ts';
import { JobId } from './terms.ts';

export const Progress = message({
  type: 'shika.progress.v1',
  summary: 'How far a job is; the last one says how it ended',
  stream: 'PROGRESS',
  subject: 'progress.{job}',
  body: 'json',
  schema: Type.Object(
    {
      job: JobId,
      state: Type.Union([Type.Literal('running'), Type.Literal('done'), Type.Literal('failed')]),
      step: Type.Optional(
        Type.String({ minLength: 1, description: 'What `done` and `total` count, where a job has parts' }),
      ),
      done: Type.Integer({ minimum: 0 }),
      total: Type.Integer({ minimum: 0 }),
      figures: Type.Record(Type.String(), Type.Number(), { description: 'E.g. loss, ap50' }),
      result: Type.Optional(
        Type.Record(Type.String(), Type.String(), { description: 'E.g. model, dataset' }),
      ),
      reason: Type.Optional(Type.String({ description: 'Why it failed' })),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: { job: 'main-1', state: 'running', done: 3, total: 20, figures: { loss: 1.7, ap50: 0.81 } },
    invalid: {
      'unknown state': { job: 'main-1', state: 'paused', done: 3, total: 20, figures: {} },
      'figure is text': { job: 'main-1', state: 'running', done: 3, total: 20, figures: { loss: 'low' } },
    },
  },
});
export type Progress = Body<typeof Progress>;
