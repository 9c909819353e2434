/**
 * A lock on a file that the kernel drops when the last process that holds it is gone, however it died: flock(2). Node
 * has no call for it, so util-linux' `flock` locks a descriptor that it inherits. The lock belongs to the opened file,
 * not to a process: it stays when that program ends, it passes on to a child that inherits the descriptor, and no pid
 * has to be compared.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { FatalError, reasonOf } from '../errors.ts';

export type LockKind = 'exclusive' | 'shared';

/** `flock`'s exit code where somebody else has the lock. */
const CONFLICT = 1;

export class FileLock {
  /** Holds the lock until it is closed here and in every child that inherited it. */
  readonly fd: number;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /**
   * The lock, or null where somebody else has one that excludes it. The file is made where it is missing.
   * @param waitS how long to wait for it, seconds; 0: not at all
   * @throws FatalError where files cannot be locked here
   */
  static async take(path: string, kind: LockKind, waitS = 0): Promise<FileLock | null> {
    for (;;) {
      const fd = openSync(path, 'a+', 0o600);
      const lock = new FileLock(fd);
      try {
        if (!(await locked(path, fd, kind, waitS))) {
          lock.release();
          return null;
        }
      } catch (error) {
        lock.release();
        throw error;
      }
      if (isAt(path, fd)) return lock;
      lock.release(); // the folder was deleted meanwhile: what is locked is no longer the file that others find
    }
  }

  /** Replaces what the file says. */
  write(text: string): void {
    ftruncateSync(this.fd);
    writeSync(this.fd, text);
  }

  release(): void {
    closeSync(this.fd);
  }
}

async function locked(path: string, fd: number, kind: LockKind, waitS: number): Promise<boolean> {
  const args = [kind === 'shared' ? '-s' : '-x', ...(waitS > 0 ? ['-w', String(waitS)] : ['-n']), '3'];
  const child = spawn('flock', args, { stdio: ['ignore', 'ignore', 'pipe', fd] });
  const { code, why } = await ended(child);
  if (code === 0) return true;
  if (code === CONFLICT) return false;
  throw new FatalError(`${path} cannot be locked`, {
    found: why || `flock ended with ${code}`,
    expected: 'the program flock (Debian: util-linux), and a file system that knows flock(2)',
  });
}

function ended(child: ChildProcess): Promise<{ code: number | null; why: string }> {
  return new Promise((resolve) => {
    let why = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      why += chunk;
    });
    child.once('error', (error) => resolve({ code: null, why: reasonOf(error) }));
    child.once('close', (code) => resolve({ code, why: why.trim() }));
  });
}

function isAt(path: string, fd: number): boolean {
  const there = statSync(path, { throwIfNoEntry: false });
  return there?.ino === fstatSync(fd).ino;
}
