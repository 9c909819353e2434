/** Trainer: a dataset and a job in, a model and its scores out; the better model becomes the active one. */
import { availableParallelism } from 'node:os';
import { openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import type { Incoming, Outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { JobCheckpoint } from '../../pipeline/runtime/stage/job-checkpoint.ts';
import { JobReport } from '../../pipeline/runtime/stage/progress.ts';
import { type Commit, type Context, handler, stage } from '../../pipeline/runtime/stage/stage.ts';
import { Image } from '../../schemas/image.ts';
import { subjectOf } from '../../schemas/message.ts';
import { Progress } from '../../schemas/progress.ts';
import { activeModelKey } from '../../schemas/state.ts';
import { TrainJob } from '../../schemas/train-job.ts';
import { trainClassifierJob } from './bus/classifier-job.ts';
import { trainDetectorJob } from './bus/detector-job.ts';
import { TrainerOptions } from './options.ts';

/** A job that was cut short goes on, so that another attempt costs an epoch at most. */
const take = { type: TrainJob, ackWaitS: 120, attempts: 5 };

export const trainer = stage({
  name: 'trainer',
  summary:
    'Trains detectors and classifiers, and promotes a detector that is better, a classifier that is not worse',
  guarantee:
    'A detector’s training that is cut short goes on from its last checkpoint, a classifier’s begins anew; on one backend both end with the same weights.',
  options: TrainerOptions,
  takes: [take],
  gives: [Progress],
  reads: [Image],
  keeps: { sets: [activeModelKey()], fetches: ['datasets'], stores: ['models', 'checkpoints'] },
  async start({ bus, log, options }) {
    const backend = await openBackend(options.backend);
    log.info({ backend: backend.name, version: backend.version, why: backend.reason }, 'backend');
    // TensorFlow's library has threads of its own.
    const threads = backend.name === 'wasm' ? options.threads || availableParallelism() : 1;
    const compute = { backend: backend.name, threads };
    return {
      handlers: [
        handler({
          take,
          concurrency: 1,
          each: (input, context) => train(bus, compute, input, context),
          onDead: ({ body: { kind, job } }, reason) => [new JobReport(kind, job).failed(reason)],
        }),
      ],
    };
  },
});

interface Compute {
  readonly backend: string;
  readonly threads: number;
}

async function* train(
  bus: Bus,
  { backend, threads }: Compute,
  { body, traceparent }: Incoming<typeof TrainJob>,
  context: Context,
): AsyncGenerator<Outgoing | Commit> {
  const checkpoint = new JobCheckpoint(bus, body.job, context.log);
  // A job whose end was published and whose acknowledgement got lost comes again.
  const last = await bus.last(Progress, subjectOf(Progress, { job: body.job }));
  if (last?.body.state === 'done') return checkpoint.forget();
  if (body.kind === 'classifier') yield* trainClassifierJob({ bus, backend }, body, traceparent, context);
  else yield* trainDetectorJob({ bus, threads, checkpoint }, body, traceparent, context);
  yield { commit: () => checkpoint.forget() };
}
