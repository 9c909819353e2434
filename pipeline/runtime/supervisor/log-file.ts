/**
 * A child's log file. A line that can't be written is lost and counted; the process that writes it goes on. A file that
 * has grown makes room for a new one: `x.log` becomes `x.log.1`, that `x.log.2`, and the oldest goes.
 */
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

/** As of a container's log in compose: bytes a file, and files. */
const SIZE = { most: 10 * 2 ** 20, files: 5 };

export class LogFile {
  readonly #path: string;
  readonly #size: typeof SIZE;
  #fd: number | undefined;
  /** Bytes in the file. */
  #written = 0;
  /** Bytes since the last that were written. */
  #lost = 0;

  constructor(path: string, size = SIZE) {
    this.#path = path;
    this.#size = size;
  }

  write(chunk: Uint8Array): void {
    try {
      if (this.#written > 0 && this.#written + chunk.length > this.#size.most) this.#rotate();
      this.#fd ??= this.#open();
      if (this.#lost > 0) {
        this.#written += writeSync(this.#fd, `(${this.#lost} bytes of this log could not be written)\n`);
      }
      this.#lost = 0;
      // A disk that is nearly full takes a part.
      for (let written = 0; written < chunk.length; ) written += writeSync(this.#fd, chunk, written);
      this.#written += chunk.length;
    } catch {
      this.#lost += chunk.length;
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #open(): number {
    const fd = openSync(this.#path, 'a');
    this.#written = fstatSync(fd).size;
    return fd;
  }

  #rotate(): void {
    this.close();
    this.#written = 0;
    for (let n = this.#size.files - 1; n > 0; n--) {
      try {
        renameSync(n === 1 ? this.#path : `${this.#path}.${n - 1}`, `${this.#path}.${n}`);
      } catch {
        // not so many yet
      }
    }
  }
}
