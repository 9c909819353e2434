import Type from 'typebox';
import { DatasetItem } from './dataset.ts';
import { type Body, message } from './message.ts';
import { ClassLabel, ClipId, JobId } from './terms.ts';

export const DatasetJob = message({
  type: 'shika.job.dataset.v1',
  summary: 'Build a dataset of hand-drawn pictures and of the accepted labels of these clips',
  stream: 'JOBS',
  subject: 'job.dataset.{job}',
  body: 'json',
  schema: Type.Object(
    {
      job: JobId,
      classes: Type.Array(ClassLabel, { minItems: 1 }),
      hand: Type.Array(DatasetItem, { description: 'Pictures drawn on by hand; already in IMAGES' }),
      clips: Type.Array(ClipId),
      of: Type.Optional(
        Type.Union([Type.Literal('pictures'), Type.Literal('crops')], {
          description:
            'pictures, for a detector (where not given): those whose labels are all good; crops, for a classifier: each good label by itself, held out by clip or by time',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: {
      job: 'pre-1',
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
    },
    invalid: {
      'of what': { job: 'pre-1', classes: ['deer'], hand: [], clips: [], of: 'frames' },
      'no classes': { job: 'pre-1', classes: [], hand: [], clips: [] },
      'job has a dot': { job: 'pre.1', classes: ['deer'], hand: [], clips: [] },
    },
  },
});
export type DatasetJob = Body<typeof DatasetJob>;
