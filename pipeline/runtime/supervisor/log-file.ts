/** A child's log file. A line that can't be written is lost and counted; the process that writes it goes on. */
import { closeSync, openSync, writeSync } from 'node:fs';

export class LogFile {
  readonly #path: string;
  #fd: number | undefined;
  /** Bytes since the last that were written. */
  #lost = 0;

  constructor(path: string) {
    this.#path = path;
  }

  write(chunk: Uint8Array): void {
    try {
      this.#fd ??= openSync(this.#path, 'a');
      if (this.#lost > 0) writeSync(this.#fd, `(${this.#lost} bytes of this log could not be written)\n`);
      this.#lost = 0;
      // A disk that is nearly full takes a part.
      for (let written = 0; written < chunk.length; ) written += writeSync(this.#fd, chunk, written);
    } catch {
      this.#lost += chunk.length;
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}
