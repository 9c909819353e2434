import Type, { type Static } from 'typebox';
import { DatasetId, DatasetItem } from './dataset.ts';
import { type Body, message } from './message.ts';
import { ClassLabel, ClipId, JobId } from './terms.ts';
import { TrainingSteps, TrainStart } from './train-job.ts';

/** How many clips' labels were read. */
export const DatasetProgress = Type.Object(
  { done: Type.Integer({ minimum: 0 }), total: Type.Integer({ minimum: 0 }) },
  { additionalProperties: false },
);
export type DatasetProgress = Static<typeof DatasetProgress>;

export const DatasetResult = Type.Object(
  { dataset: DatasetId, pictures: Type.Integer({ minimum: 1 }), boxes: Type.Integer({ minimum: 0 }) },
  { additionalProperties: false },
);
export type DatasetResult = Static<typeof DatasetResult>;

export const DatasetJob = message({
  type: 'shika.job.dataset.v2',
  summary: 'Build a dataset of hand-drawn pictures and of the accepted labels of these clips',
  stream: 'JOBS',
  subject: 'job.dataset.{job}',
  body: 'json',
  schema: Type.Object(
    {
      job: JobId,
      kind: Type.Literal('dataset'),
      classes: Type.Array(ClassLabel, { minItems: 1 }),
      hand: Type.Array(DatasetItem, { description: 'Pictures drawn on by hand; already in IMAGES' }),
      clips: Type.Array(ClipId),
      examples: Type.Enum(['pictures', 'crops'], {
        description:
          'What is learnt from. pictures, for a detector: those whose labels are all good; crops, for a classifier: each good label by itself, held out by clip or by time',
      }),
      training: Type.Optional(
        Type.Object(
          {
            kind: Type.Enum(['pre', 'main']),
            start: TrainStart,
            seed: Type.Integer({ minimum: 0 }),
            steps: TrainingSteps,
          },
          {
            additionalProperties: false,
            description:
              'A detector’s training that begins when the dataset is there: nobody has to wait for it',
          },
        ),
      ),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: {
      job: 'dataset-1',
      kind: 'dataset',
      classes: ['deer'],
      hand: [
        {
          clip: '0123456789abcdef',
          index: 0,
          name: 'h01.jpg',
          width: 512,
          height: 384,
          split: 'train',
          boxes: [{ box: [10, 20, 100, 80], label: 'deer', cause: 'hand', weight: 1, risk: 0 }],
        },
      ],
      clips: [],
      examples: 'pictures',
      training: { kind: 'pre', start: { from: 'weights', name: 'yolox-nano' }, seed: 1 },
    },
    invalid: {
      'unknown examples': {
        job: 'dataset-1',
        kind: 'dataset',
        classes: ['deer'],
        hand: [],
        clips: [],
        examples: 'frames',
      },
      'no classes': {
        job: 'dataset-1',
        kind: 'dataset',
        classes: [],
        hand: [],
        clips: [],
        examples: 'crops',
      },
      'job has a dot': {
        job: 'dataset.1',
        kind: 'dataset',
        classes: ['deer'],
        hand: [],
        clips: [],
        examples: 'crops',
      },
    },
  },
});
export type DatasetJob = Body<typeof DatasetJob>;
