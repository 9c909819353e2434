import Type, { type Static } from 'typebox';
import { type Body, message } from './message.ts';
import { Box, ClipId, FrameIndex, JobId, ModelId, ModelKind } from './terms.ts';

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

/** Where the evidence for a detector's box lies, or how well it supports a classifier's class. */
export const evidences = [
  'in the box',
  'partly in the box',
  'outside the box',
  'none',
  'supported',
  'partly supported',
  'not supported',
  'not measured',
] as const;

/** What every explanation leaves in its folder of the object store. */
export const explanationFiles = ['figure.png', 'overlay.png', 'result.json'] as const;

const share = (description: string) => Type.Optional(Type.Number({ description }));

/** What an explanation was measured by; those that do not suit the model, or were not asked for, are left out. */
export const ExplainFigures = Type.Object(
  {
    score: Type.Number({ description: 'Of the box or class asked about, 0..1' }),
    energyInBox: share('Share of the map that lies in the box'),
    boxShare: share('Share of the picture that the box covers'),
    pointing: share('1 where the map’s peak lies in the box, else 0'),
    deletion: share('Mean score while the map’s highest cells go: less is better'),
    insertion: share('Mean score while they come back: more is better'),
    road: share('Lowest cells imputed against highest: more is better'),
    sanity: share('1 where the method shows what this model learned, else 0'),
  },
  { additionalProperties: false },
);
export type ExplainFigures = Static<typeof ExplainFigures>;

export const ExplainResult = Type.Object(
  {
    explanation: Type.String({ minLength: 1, description: 'Folder in the object store `explanations`' }),
    evidence: Type.Enum([...evidences]),
    says: Type.String({ minLength: 1, description: 'Whether to trust it, in a line for a person' }),
    figures: ExplainFigures,
  },
  { additionalProperties: false },
);
export type ExplainResult = Static<typeof ExplainResult>;
export type Evidence = ExplainResult['evidence'];

export const ExplainJob = message({
  type: 'shika.job.explain.v2',
  summary: 'Explain why a model gives the answer that it gives for a picture',
  stream: 'JOBS',
  subject: 'job.explain.{job}',
  body: 'json',
  schema: Type.Object(
    {
      job: JobId,
      kind: Type.Literal('explain'),
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
      modelKind: Type.Optional(
        Type.Union(ModelKind.anyOf, {
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
      job: 'explain-1',
      kind: 'explain',
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
        job: 'explain-1',
        kind: 'explain',
        clip: '0123456789abcdef',
        index: 7,
        box: null,
        region: null,
        truth: null,
        model: null,
        method: 'magic',
      },
      'unknown colours': {
        job: 'explain-1',
        kind: 'explain',
        clip: '0123456789abcdef',
        index: 7,
        box: null,
        region: null,
        truth: null,
        model: null,
        method: 'scorecam',
        colours: 'hot',
      },
      'no picture': {
        job: 'explain-1',
        kind: 'explain',
        box: null,
        region: null,
        truth: null,
        model: null,
        method: 'gradcam',
      },
    },
  },
});
export type ExplainJob = Body<typeof ExplainJob>;
