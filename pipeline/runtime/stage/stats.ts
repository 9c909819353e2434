/**
 * What a stage did: as one log line every few seconds, for a person who watches, and since its start for Prometheus.
 * Both are counted here, in one go.
 */
import { createHistogram } from 'node:perf_hooks';
import type { Logger } from '../log/log.ts';
import { StageMetrics } from '../metrics/stage-metrics.ts';

export class Stats {
  #in = 0;
  #out = 0;
  #dead = 0;
  #batches = 0;
  readonly #lag = new Map<string, number>();
  readonly #durations = createHistogram();
  readonly metrics: StageMetrics;

  constructor(stage: string) {
    this.metrics = new StageMetrics(stage);
  }

  /** Inputs were handled together in `ms`. @param cameras of each; '' where it is of none */
  handled(cameras: readonly string[], ms: number): void {
    this.#in += cameras.length;
    this.#batches += 1;
    this.#durations.record(Math.max(1, Math.round(ms)));
    this.metrics.handled(cameras, ms);
  }

  /** @param type of the message, by CloudEvents */
  published(type: string, camera: string): void {
    this.#out += 1;
    this.metrics.published(type, camera);
  }

  died(camera: string): void {
    this.#dead += 1;
    this.metrics.died(camera);
  }

  /** It is given back and comes again. */
  failed(camera: string): void {
    this.metrics.failed(camera);
  }

  /** Messages of a consumer that wait on the server. */
  lag(consumer: string, waiting: number): void {
    this.#lag.set(consumer, waiting);
    this.metrics.waiting(consumer, waiting);
  }

  /** Writes the line and starts anew. */
  write(log: Logger): void {
    log.info(
      {
        in: this.#in,
        out: this.#out,
        dead: this.#dead,
        lag: [...this.#lag.values()].reduce((sum, waiting) => sum + waiting, 0),
        batch: this.#batches === 0 ? 0 : Math.round((10 * this.#in) / this.#batches) / 10,
        p50Ms: this.#batches === 0 ? 0 : this.#durations.percentile(50),
        p99Ms: this.#batches === 0 ? 0 : this.#durations.percentile(99),
        rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
      },
      'stats',
    );
    this.#in = this.#out = this.#dead = this.#batches = 0;
    this.#durations.reset();
  }
}
