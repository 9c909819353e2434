/** A stage as a process: opens the bus, starts the stage, works, and on SIGTERM gives back what it can't finish. */
import type { Static, TObject } from 'typebox';
import { Bus, type BusOptions } from '../bus/bus.ts';
import { FatalError, reasonOf } from '../errors.ts';
import type { Logger } from '../log/log.ts';
import { answerParent } from '../metrics/gather.ts';
import type { MetricsOptions } from '../metrics/options.ts';
import { serveMetrics } from '../metrics/serve.ts';
import type { Stage } from './stage.ts';
import { Stats } from './stats.ts';
import { Worker } from './worker.ts';

export interface StageRun<O extends TObject> {
  readonly stage: Stage<O>;
  readonly options: Static<O>;
  readonly bus: Omit<BusOptions, 'name' | 'bounds' | 'signal'>;
  readonly log: Logger;
  /** Seconds between stats lines. */
  readonly statsS: number;
  /** Of its endpoint; without, it has none. */
  readonly metrics?: MetricsOptions;
  /** Aborting it drains the stage. */
  readonly signal: AbortSignal;
}

/** How long a handler may go on after the signal before the process leaves without it. */
const GRACE_MS = 15_000;

/**
 * Runs a stage until its signal is aborted.
 * @throws FatalError where it cannot start or cannot go on
 */
export async function runStage<O extends TObject>(run: StageRun<O>): Promise<void> {
  const { stage, log, statsS } = run;
  const stop = new AbortController();
  const signal = AbortSignal.any([run.signal, stop.signal]);
  const stats = new Stats(stage.name);
  const { registry } = stats.metrics;
  const { metrics = { port: 0, host: '' } } = run;
  const endpoint = await serveMetrics(metrics, () => registry.metrics(), log);
  const answerNoMore = answerParent(registry);
  let bus: Bus;
  try {
    bus = await Bus.open({ ...run.bus, name: stage.name, signal: run.signal }, log);
  } catch (error) {
    answerNoMore();
    await endpoint.close();
    if (run.signal.aborted) return;
    throw error;
  }
  const ticker = setInterval(() => stats.write(log), statsS * 1000);
  let fatal: FatalError | undefined;
  const exit = (error: FatalError) => {
    fatal ??= error;
    stop.abort(error);
  };
  void bus.closed().then((why) => {
    if (!signal.aborted)
      exit(new FatalError('the bus is closed for good', { cause: why, found: reasonOf(why) }));
  });
  try {
    const running = await stage.start({ bus, log, options: run.options, signal });
    log.info({ server: bus.serverVersion, pid: process.pid }, 'ready');
    const workers = running.handlers.map(
      (handler) => new Worker({ bus, handler, stage: stage.name, log, stats, signal, exit }),
    );
    const working = Promise.all(workers.map((worker) => worker.run()));
    await Promise.race([working, afterAbort(signal, GRACE_MS)]);
    await running.stop?.();
  } catch (error) {
    log.fatal({ why: reasonOf(error), err: error }, 'stopped');
    throw error;
  } finally {
    clearInterval(ticker);
    stats.write(log);
    answerNoMore();
    await endpoint.close();
    await bus.close();
  }
  if (fatal) throw fatal;
  log.info('stopped');
}

function afterAbort(signal: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const later = () => setTimeout(resolve, ms).unref();
    if (signal.aborted) later();
    else signal.addEventListener('abort', later, { once: true });
  });
}
