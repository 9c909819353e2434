/** What a stage process counts since its start, for Prometheus: nothing here goes down but what waits. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds: a look takes milliseconds, a training half an hour. */
const DURATIONS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800];

export class StageMetrics {
  readonly registry = new Registry();
  readonly #inputs: Counter<'camera'>;
  readonly #outputs: Counter<'camera' | 'type'>;
  readonly #dead: Counter<'camera'>;
  readonly #retries: Counter<'camera'>;
  readonly #seconds: Histogram;
  readonly #waiting: Gauge<'consumer'>;

  /** @param stage a label of all of them */
  constructor(stage: string) {
    const registers = [this.registry];
    const labelNames = ['camera'] as const;
    this.registry.setDefaultLabels({ stage });
    collectDefaultMetrics({ register: this.registry });
    this.#inputs = new Counter({
      name: 'shika_inputs_total',
      help: 'Messages that were handled, whatever came of them, by the camera that they are of',
      ...{ labelNames, registers },
    });
    this.#outputs = new Counter({
      name: 'shika_outputs_total',
      help: 'Messages that were published and stored, by type and camera',
      labelNames: ['camera', 'type'],
      registers,
    });
    this.#dead = new Counter({
      name: 'shika_dead_letters_total',
      help: 'Messages that were given up',
      ...{ labelNames, registers },
    });
    this.#retries = new Counter({
      name: 'shika_retries_total',
      help: 'Messages that failed and were given back to be tried again',
      ...{ labelNames, registers },
    });
    this.#seconds = new Histogram({
      name: 'shika_handling_seconds',
      help: 'From taking a batch (or a single message) to its acknowledgement, publishing included',
      buckets: DURATIONS,
      registers,
    });
    this.#waiting = new Gauge({
      name: 'shika_stage_waiting_messages',
      help: 'Messages of a consumer that waited on the server when this process last took one',
      labelNames: ['consumer'],
      registers,
    });
  }

  /** @param cameras of each message of the batch; '' where it is of none */
  handled(cameras: readonly string[], ms: number): void {
    for (const camera of cameras) this.#inputs.inc({ camera });
    this.#seconds.observe(ms / 1000);
  }

  published(type: string, camera: string): void {
    this.#outputs.inc({ camera, type });
  }

  died(camera: string): void {
    this.#dead.inc({ camera });
  }

  failed(camera: string): void {
    this.#retries.inc({ camera });
  }

  waiting(consumer: string, messages: number): void {
    this.#waiting.set({ consumer }, messages);
  }
}
