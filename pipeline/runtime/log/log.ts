/**
 * Logs: pino JSON, a line an event, on standard error. One schema: `time`, `level`, `stage`, `msg`, and where they
 * apply `clip`, `index`, `msgId`, `traceparent`, `why`. Message bodies and credentials are never logged.
 */
import { type Logger, pino } from 'pino';
import { hideSecrets } from '../safe-address.ts';

export type { Logger };

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** What waits where lines can't be written, bytes; what is more gets lost. */
const MOST_WAITING = 2 ** 20;

/** A logger of a process; `stage` is a stage's name, or `cli`. */
export function createLog(stage: string, level: LogLevel): Logger {
  return pino(
    {
      level,
      base: { stage },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: hideSecrets },
      redact: { paths: ['password', 'token', '*.password', '*.token'], censor: '[hidden]' },
    },
    standardError(),
  );
}

/** A line that can't be written (a full disk, a reader that is gone) harms nobody: it waits for the next one. */
function standardError(): ReturnType<typeof pino.destination> {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: MOST_WAITING });
  destination.on('error', () => {});
  return destination;
}
