/**
 * Inputs are prepared one by one and computed in batches: whatever is ready when the network becomes free. A network
 * that computes in this process blocks the event loop meanwhile, so the loop runs once between two batches.
 */
import { setImmediate } from 'node:timers/promises';

interface Waiting<In, Out> {
  readonly input: In;
  readonly done: (output: Out) => void;
  readonly failed: (error: unknown) => void;
}

/** Computes what is added in batches of at most `most`, one at a time. */
export class Batches<In, Out> {
  readonly #most: number;
  readonly #work: (inputs: readonly In[]) => Promise<readonly Out[]>;
  readonly #waiting: Waiting<In, Out>[] = [];
  #isWorking = false;

  /** @param work gives one output an input, in order; it is never called before its last call has ended */
  constructor(most: number, work: (inputs: readonly In[]) => Promise<readonly Out[]>) {
    this.#most = most;
    this.#work = work;
  }

  /** Resolves when the batch that it became part of is done. @throws what `work` throws for this input alone */
  add(input: In): Promise<Out> {
    return new Promise((done, failed) => {
      this.#waiting.push({ input, done, failed });
      if (!this.#isWorking) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isWorking = true;
    while (this.#waiting.length > 0) {
      await setImmediate();
      const batch = this.#waiting.splice(0, this.#most);
      try {
        const outputs = await this.#work(batch.map(({ input }) => input));
        for (const [i, { done, failed }] of batch.entries()) {
          const output = outputs[i];
          if (output === undefined) failed(new TypeError('a batch gave too few outputs'));
          else done(output);
        }
      } catch (error) {
        if (batch.length === 1) batch[0]?.failed(error);
        else await this.#eachAlone(batch);
      }
    }
    this.#isWorking = false;
  }

  /** One input that can't be computed takes no other one with it. */
  async #eachAlone(batch: readonly Waiting<In, Out>[]): Promise<void> {
    for (const { input, done, failed } of batch) {
      try {
        const [output] = await this.#work([input]);
        if (output === undefined) failed(new TypeError('a batch gave too few outputs'));
        else done(output);
      } catch (error) {
        failed(error);
      }
    }
  }
}
