import Type from 'typebox';
import { type Body, message } from './message.ts';
import { Box, ClipId, FrameIndex, JobId, ModelId } from './terms.ts';

export const ExplainJob = message({
  type: 'shika.job.explain.v1',
  summary: 'Explain why a model gives the box that it gives in a picture',
  stream: 'JOBS',
  subject: 'job.explain.{job}',
  body: 'json',
  schema: Type.Object(
    {
      job: JobId,
      clip: ClipId,
      index: FrameIndex,
      box: Type.Union([Box, Type.Null()], {
        description: 'The box asked about; null: the best that is found',
      }),
      region: Type.Union([Box, Type.Null()], {
        description: 'What the model is shown; null: the whole picture',
      }),
      truth: Type.Union([Type.String(), Type.Null()], { description: 'The true label, where it is known' }),
      model: Type.Union([ModelId, Type.Null()], { description: 'null: the active detector' }),
      method: Type.Literal('gradcam'),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: {
      job: 'why-1',
      clip: '0123456789abcdef',
      index: 7,
      box: [407, 62, 165, 217],
      region: [224, 0, 416, 360],
      truth: 'deer',
      model: null,
      method: 'gradcam',
    },
    invalid: {
      'unknown method': {
        job: 'why-1',
        clip: '0123456789abcdef',
        index: 7,
        box: null,
        region: null,
        truth: null,
        model: null,
        method: 'magic',
      },
      'no picture': { job: 'why-1', box: null, region: null, truth: null, model: null, method: 'gradcam' },
    },
  },
});
export type ExplainJob = Body<typeof ExplainJob>;
