/** SIGINT, SIGTERM and a closed terminal as one signal for everything that a command waits for. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

/** How the work of a command that was interrupted goes on; '' where there is none that lasts. */
export function howToGoOn(command: string): string {
  if (command === 'run' || command === 'demo')
    return ': the same command goes on where this one was cut short (--anew begins anew)';
  if (command === 'train') return ': the same command goes on from the last step that was stored';
  if (command === 'studio') return ': the same command goes on with everything as it was';
  if (command === 'annotate') return ': the same command begins anew';
  return '';
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
