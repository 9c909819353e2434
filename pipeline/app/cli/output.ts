/** Standard output and error that can't be written: a reader that stopped reading, a file on a full disk. */
import { EXIT } from './exit.ts';

/** What is said to a person may get lost; a result may not. */
export function surviveClosedOutput(): void {
  process.stderr.on('error', () => {});
  let lost: Error | undefined;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok); // whoever reads may stop: `shika logs | head`
    lost ??= error;
    process.stderr.write(`shika: the result can’t be written: ${error.message}\n`);
    process.exitCode = EXIT.failed;
  });
  // A command may have set its own code since.
  process.on('exit', (code) => {
    if (lost && code === EXIT.ok) process.exitCode = EXIT.failed;
  });
}
