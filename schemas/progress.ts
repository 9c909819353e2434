/**
 * Kinds of jobs: what each is asked, what it tells on the way, and what its end is. `jobKinds` is the one table from
 * which the types of a job, its progress and its result follow, and the message that carries the last two.
 */
import Type, { type Static } from 'typebox';
import { DatasetJob, DatasetProgress, DatasetResult } from './dataset-job.ts';
import { DiffJob, DiffProgress, DiffResult } from './diff-job.ts';
import { ExplainJob, ExplainResult } from './explain-job.ts';
import { FollowJob, FollowProgress, FollowResult } from './follow-job.ts';
import { type Body, message } from './message.ts';
import { StillsJob } from './stills-job.ts';
import { JobId } from './terms.ts';
import {
  ClassifierJob,
  ClassifierProgress,
  ClassifierResult,
  DetectorProgress,
  DetectorResult,
  MainJob,
  PreJob,
  TrainJob,
} from './train-job.ts';

/**
 * `type` is the message that asks for it; `job` its body. An explanation takes a moment: it has no progress. Single
 * frames are answered by the pictures themselves: what can fail is told here.
 */
export const jobKinds = {
  pre: { type: TrainJob, job: PreJob, progress: DetectorProgress, result: DetectorResult },
  main: { type: TrainJob, job: MainJob, progress: DetectorProgress, result: DetectorResult },
  classifier: { type: TrainJob, job: ClassifierJob, progress: ClassifierProgress, result: ClassifierResult },
  dataset: { type: DatasetJob, job: DatasetJob.schema, progress: DatasetProgress, result: DatasetResult },
  explain: { type: ExplainJob, job: ExplainJob.schema, progress: Type.Never(), result: ExplainResult },
  diff: { type: DiffJob, job: DiffJob.schema, progress: DiffProgress, result: DiffResult },
  follow: { type: FollowJob, job: FollowJob.schema, progress: FollowProgress, result: FollowResult },
  stills: { type: StillsJob, job: StillsJob.schema, progress: Type.Never(), result: Type.Never() },
} as const;

export type JobKind = keyof typeof jobKinds;
type Kinds = typeof jobKinds;

export type JobOf<K extends JobKind> = Static<Kinds[K]['job']>;
export type ProgressOf<K extends JobKind> = Static<Kinds[K]['progress']>;
export type ResultOf<K extends JobKind> = Static<Kinds[K]['result']>;

/** What a job of a kind tells: how far it is, and last how it ended. */
export type JobProgress<K extends JobKind> =
  | { readonly job: string; readonly kind: K; readonly state: 'running'; readonly progress: ProgressOf<K> }
  | { readonly job: string; readonly kind: K; readonly state: 'done'; readonly result: ResultOf<K> }
  | { readonly job: string; readonly kind: K; readonly state: 'failed'; readonly reason: string };

const closed = { additionalProperties: false } as const;

function running<K extends JobKind>(kind: K) {
  const { progress }: { progress: Kinds[K]['progress'] } = jobKinds[kind];
  return Type.Object(
    { job: JobId, kind: Type.Literal(kind), state: Type.Literal('running'), progress },
    closed,
  );
}

function done<K extends JobKind>(kind: K) {
  const { result }: { result: Kinds[K]['result'] } = jobKinds[kind];
  return Type.Object({ job: JobId, kind: Type.Literal(kind), state: Type.Literal('done'), result }, closed);
}

function failed<K extends JobKind>(kind: K) {
  const reason = Type.String({ minLength: 1, description: 'Why, in a line for a person' });
  return Type.Object({ job: JobId, kind: Type.Literal(kind), state: Type.Literal('failed'), reason }, closed);
}

const digest = '0123456789abcdef';
const scores = { images: 5, ap50: 0.81, ap50_95: 0.43, meanIoU: 0.72, recall: 0.55 };

export const Progress = message({
  type: 'shika.progress.v2',
  summary: 'How far a job is; the last one says how it ended',
  stream: 'PROGRESS',
  subject: 'progress.{job}',
  body: 'json',
  schema: Type.Union([
    running('pre'),
    running('main'),
    running('classifier'),
    running('dataset'),
    running('diff'),
    running('follow'),
    done('pre'),
    done('main'),
    done('classifier'),
    done('dataset'),
    done('explain'),
    done('diff'),
    done('follow'),
    failed('pre'),
    failed('main'),
    failed('classifier'),
    failed('dataset'),
    failed('explain'),
    failed('diff'),
    failed('follow'),
    failed('stills'),
  ]),
  examples: {
    valid: {
      job: 'main-1',
      kind: 'main',
      state: 'running',
      progress: { epoch: 3, epochs: 20, step: 150, steps: 1000, loss: 1.7, seconds: 41.5, heldOut: scores },
    },
    variants: {
      'a detector’s training goes on': {
        job: 'pre-1',
        kind: 'pre',
        state: 'running',
        progress: {
          epoch: 1,
          epochs: 2,
          step: 50,
          steps: 100,
          loss: 2.1,
          seconds: 9,
          heldOut: null,
          resumedFrom: 50,
        },
      },
      'a detector is trained': {
        job: 'main-1',
        kind: 'main',
        state: 'done',
        result: {
          model: digest,
          promoted: true,
          why: 'AP50 0.81 against 0.7',
          scores,
          startScores: null,
          drawn: null,
        },
      },
      'a classifier’s epoch': {
        job: 'classifier-1',
        kind: 'classifier',
        state: 'running',
        progress: { step: 'last layer', done: 3, total: 20, loss: 0.4, accuracy: 0.9 },
      },
      'a classifier is trained': {
        job: 'classifier-1',
        kind: 'classifier',
        state: 'done',
        result: {
          model: digest,
          promoted: false,
          why: 'it does not know red',
          examples: 20,
          leftOut: 1,
          scores: { images: 10, accuracy: 0.9, ece: 0.05 },
        },
      },
      'clips are read': {
        job: 'dataset-1',
        kind: 'dataset',
        state: 'running',
        progress: { done: 1, total: 3 },
      },
      'a dataset is built': {
        job: 'dataset-1',
        kind: 'dataset',
        state: 'done',
        result: { dataset: digest, pictures: 20, boxes: 24 },
      },
      'an explanation is there': {
        job: 'explain-1',
        kind: 'explain',
        state: 'done',
        result: {
          explanation: 'explain-1',
          evidence: 'in the box',
          says: 'the evidence lies in the box',
          figures: { score: 0.8, energyInBox: 0.7, boxShare: 0.2, pointing: 1 },
        },
      },
      'an animal is followed': {
        job: 'follow-1',
        kind: 'follow',
        state: 'running',
        progress: { done: 32, total: 120 },
      },
      'an animal was followed': {
        job: 'follow-1',
        kind: 'follow',
        state: 'done',
        result: { animal: 1, labels: 118, kept: 2, first: 57, last: 176 },
      },
      'frames are looked at with another model': {
        job: 'diff-1',
        kind: 'diff',
        state: 'running',
        progress: { done: 8, total: 160 },
      },
      'frames were looked at with another model': {
        job: 'diff-1',
        kind: 'diff',
        state: 'done',
        result: { found: [[[{ box: [407, 62, 165, 217], score: 0.91, label: 'deer' }], []], null] },
      },
      'a job has failed': {
        job: 'pre-1',
        kind: 'pre',
        state: 'failed',
        reason: 'there is nothing to train on',
      },
    },
    invalid: {
      'unknown state': { job: 'main-1', kind: 'main', state: 'paused', progress: { done: 3, total: 20 } },
      'unknown kind': { job: 'post-1', kind: 'post', state: 'failed', reason: 'nobody knows it' },
      'loss is text': {
        job: 'main-1',
        kind: 'main',
        state: 'running',
        progress: { epoch: 3, epochs: 20, step: 150, steps: 1000, loss: 'low', seconds: 41.5, heldOut: null },
      },
      'another kind’s progress': {
        job: 'main-1',
        kind: 'main',
        state: 'running',
        progress: { step: 'last layer', done: 3, total: 20 },
      },
      'another kind’s result': {
        job: 'dataset-1',
        kind: 'dataset',
        state: 'done',
        result: {
          model: digest,
          promoted: true,
          why: 'no other is active',
          scores: null,
          startScores: null,
          drawn: null,
        },
      },
      'promoted is text': {
        job: 'main-1',
        kind: 'main',
        state: 'done',
        result: {
          model: digest,
          promoted: 'yes',
          why: 'better',
          scores: null,
          startScores: null,
          drawn: null,
        },
      },
      'done without a result': { job: 'dataset-1', kind: 'dataset', state: 'done' },
      'failed without a reason': { job: 'dataset-1', kind: 'dataset', state: 'failed' },
    },
  },
});
export type Progress = Body<typeof Progress>;
