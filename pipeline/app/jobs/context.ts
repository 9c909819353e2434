/** What the steps of a job need, each no more than it names. */
import type { CameraKnowledge } from '../../ingest/options.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import type { Logger } from '../../runtime/log/log.ts';
import type { Meters } from './meter.ts';

export interface JobContext {
  readonly bus: Bus;
  readonly meters: Meters;
  /** Aborted where a person, or a stage that cannot be kept running, ends the job. */
  readonly signal: AbortSignal;
}

/** Of a step that goes on where a part of it fails, and logs why. */
export interface LoggedContext extends JobContext {
  readonly log: Logger;
  /** What the configuration says of the cameras. */
  readonly known?: CameraKnowledge;
}

/** Of a training. */
export interface TrainContext extends JobContext {
  /** Whether a run that was cut short goes on: what has been trained for it is not trained again. */
  readonly goesOn?: boolean;
}

/** Of the whole job. */
export interface RunContext extends LoggedContext, TrainContext {}
