/** A disk of a few megabytes, for tests of what happens when it is full: a tmpfs, which only root may mount. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface SmallDisk {
  readonly folder: string;
  /** Another program takes all the room that is left. */
  fill(): void;
  /** And gives it back. */
  makeRoom(): void;
  unmount(): void;
}

/** @returns null where it may not be mounted */
export function mountSmallDisk(folder: string, mebibytes: number): SmallDisk | null {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'shika-test', folder], {
      stdio: 'pipe',
    });
  } catch {
    return null;
  }
  const filler = join(folder, 'somebody-elses-film');
  return {
    folder,
    fill() {
      const fd = openSync(filler, 'a');
      // In smaller and smaller pieces, to the last byte.
      for (let size = 2 ** 20; size >= 1; ) {
        try {
          writeSync(fd, new Uint8Array(size));
        } catch {
          size /= 4;
        }
      }
      closeSync(fd);
    },
    makeRoom: () => rmSync(filler),
    unmount: () => execFileSync('umount', ['--lazy', folder], { stdio: 'pipe' }),
  };
}

export const NO_SMALL_DISK = 'mounting a tmpfs needs root';
