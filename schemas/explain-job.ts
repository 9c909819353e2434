import Type from 'typebox';
import { type Body, message } from './message.ts';
import { Box, ClipId, FrameIndex, JobId, ModelId } from './terms.ts';

export const explainMethods = [
  'gradcam',
  'gradcam++',
  'hirescam',
  'layercam',
  'eigencam',
  'cam',
  'scorecam',
  'drise',
] as const;

export const mapColours = ['jet', 'turbo', 'viridis'] as const;

export const ExplainJob = message({
  type: 'shika.job.explain.v1',
  summary: 'Explain why a model gives the answer that it gives for a picture',
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
      model: Type.Union([ModelId, Type.Null()], { description: 'null: the active one of the kind' }),
      kind: Type.Optional(
        Type.Union([Type.Literal('detector'), Type.Literal('classifier')], {
          description: 'Whose active model is asked where none is named; detector where not given',
        }),
      ),
      method: Type.Enum([...explainMethods], { description: 'How the map is made' }),
      class: Type.Optional(
        Type.String({ minLength: 1, description: 'The class asked about; default: the predicted one' }),
      ),
      layer: Type.Optional(
        Type.String({
          minLength: 1,
          description: 'The layer whose feature maps are used; default: the last one before the answer',
        }),
      ),
      colours: Type.Optional(
        Type.Enum([...mapColours], { description: 'Colours of the map; default: as configured' }),
      ),
      measure: Type.Optional(
        Type.Boolean({
          description: 'Whether deletion, insertion and ROAD are measured: some 120 runs of the network',
        }),
      ),
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
      'unknown colours': {
        job: 'why-1',
        clip: '0123456789abcdef',
        index: 7,
        box: null,
        region: null,
        truth: null,
        model: null,
        method: 'scorecam',
        colours: 'hot',
      },
      'no picture': { job: 'why-1', box: null, region: null, truth: null, model: null, method: 'gradcam' },
    },
  },
});
export type ExplainJob = Body<typeof ExplainJob>;
