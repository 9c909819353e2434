/**
 * Threads that compute gradients side by side: wasm uses one core only, so each thread has a backend and a copy of the
 * network of its own. A batch is cut into the same shares however many threads there are, and shares are added up in
 * their order, so the weights that come of it are the same to the bit on one core and on sixteen.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NetworkReading } from '../../../pipeline/domain/models/detector/detector.ts';
import { filesOfModel } from '../../../pipeline/domain/models/files.ts';
import { FatalError } from '../../../pipeline/runtime/errors.ts';
import { variablesOf } from '../optimiser.ts';
import type { Gradients } from './gradients.ts';
import type { NetworkPart } from './network-part.ts';
import type { DetectorView } from './views.ts';

/** What a thread begins with. */
export interface WorkerSetup {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly reading: NetworkReading;
  /** All weights in the model's order, as they are at the start of a step. */
  readonly weights: SharedArrayBuffer;
}

/** One share of a batch, for one thread. */
export interface GradientTask {
  readonly part: NetworkPart;
  readonly views: readonly DetectorView[];
}

/** A fixed number of `worker-thread.ts`, which take shares as they become free. */
export class WorkerPool {
  readonly #threads: readonly Worker[];
  readonly #weights: Float32Array;

  private constructor(threads: readonly Worker[], weights: SharedArrayBuffer) {
    this.#threads = threads;
    this.#weights = new Float32Array(weights);
  }

  /** @param size threads, at least 1 */
  static async open(model: LayersModel, reading: NetworkReading, size: number): Promise<WorkerPool> {
    const count = variablesOf(model).reduce((sum, variable) => sum + variable.size, 0);
    const weights = new SharedArrayBuffer(4 * count);
    const setup: WorkerSetup = { files: await filesOfModel(model), reading, weights };
    const threads = Array.from(
      { length: size },
      () => new Worker(new URL('./worker-thread.ts', import.meta.url), { workerData: setup }),
    );
    return new WorkerPool(threads, weights);
  }

  /**
   * @param weights all of the model, in its order
   * @returns of each share, in their order
   * @throws FatalError where a thread fails; the pool is of no use then
   */
  async gradients(
    part: NetworkPart,
    shares: readonly (readonly DetectorView[])[],
    weights: readonly Float32Array[],
  ): Promise<Gradients[]> {
    let at = 0;
    for (const values of weights) {
      this.#weights.set(values, at);
      at += values.length;
    }
    const waiting = [...shares.entries()];
    const done: Gradients[] = [];
    await Promise.all(
      this.#threads.map(async (thread) => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
          const [i, views] = next;
          done[i] = await compute(thread, { part, views });
        }
      }),
    );
    return done;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}

async function compute(thread: Worker, task: GradientTask): Promise<Gradients> {
  thread.postMessage(task);
  try {
    const [reply] = await once(thread, 'message'); // rejects where the thread fails
    return reply; // worker-thread.ts answers nothing else
  } catch (cause) {
    throw new FatalError('a training thread failed', { cause });
  }
}
