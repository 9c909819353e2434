/** SIGINT, SIGTERM and a closed terminal as one signal for everything that a command waits for. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

/** Aborted by the first of them, and when a supervising process is gone; a second SIGINT ends at once. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Interrupted());
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);
  process.once('disconnect', () => controller.abort(new Interrupted()));
  return controller.signal;
}
