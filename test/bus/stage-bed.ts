/** A stage in this process, on a real bus. */
import type { Static, TObject } from 'typebox';
import { Default } from 'typebox/value';
import { runStage } from '../../pipeline/runtime/stage/run.ts';
import type { Stage } from '../../pipeline/runtime/stage/stage.ts';
import { capturedLog, type LogLine } from './testbed.ts';

export interface Process {
  readonly lines: LogLine[];
  /** Settles when it has ended, as it did. */
  readonly over: Promise<void>;
  stop(): Promise<void>;
}

/** Stopped with the test. @param options those that are not the default */
export function startStage<O extends TObject>(
  context: { after(end: () => Promise<void>): void },
  url: string,
  declared: Stage<O>,
  options: Partial<Static<O>> = {},
): Process {
  const { log, lines } = capturedLog();
  const stop = new AbortController();
  const over = runStage({
    stage: declared,
    options: Default(declared.options, { ...options }) as Static<O>, // every key has a default
    bus: { url },
    log,
    statsS: 3600,
    signal: stop.signal,
  });
  const running = {
    lines,
    over,
    stop: () => {
      stop.abort();
      return over;
    },
  };
  context.after(() => running.stop().catch(() => {})); // a test that wants to know has looked
  return running;
}
