/**
 * One owner of a folder that holds a bus: whoever starts something there. Three locks, each a file in it:
 * `owner.lock` is the owner's, and says who it is; `server.lock` is the server's too, and outlives an owner that was
 * killed until its server is gone from the store; `users.lock` is shared by those who use the owner's server.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Type, { type Static } from 'typebox';
import { Check } from 'typebox/value';
import { FatalError, RetryableError, reasonOf, UsageError } from '../errors.ts';
import type { Logger } from '../log/log.ts';
import { retryForever } from '../retry.ts';
import { withdrawAddress } from './address.ts';
import { FileLock } from './file-lock.ts';

const Owner = Type.Object({
  /** As `ps` shows it, e.g. `shika up`. */
  command: Type.String(),
  pid: Type.Integer(),
  /** ISO 8601. */
  since: Type.String(),
  /** It only asks something and is gone in a moment. */
  isBrief: Type.Boolean(),
});
export type Owner = Static<typeof Owner>;

export const ownerFile = (folder: string) => join(folder, 'owner.lock');
const serverFile = (folder: string) => join(folder, 'server.lock');
export const usersFile = (folder: string) => join(folder, 'users.lock');

/** What an owner that was killed leaves is gone in so many seconds: its server gets SIGTERM from the kernel. */
const DYING_S = 60;
/** Between two looks at a lock. */
const AGAIN = { firstMs: 100, longestMs: 200 };
/** An owner writes its name down right after it has the lock. */
const NAMED_MS = 1_000;

export interface ClaimOptions {
  readonly log: Logger;
  /** See {@link Owner}. */
  readonly isBrief?: boolean;
}

export class OwnedFolder {
  readonly path: string;
  /** See {@link Owner}. */
  readonly isBrief: boolean;
  /** Of `server.lock`: a server that inherits it keeps the store from others for as long as it lives. */
  readonly serverLock: number;
  readonly #locks: readonly FileLock[];
  /** The topmost folder that was made for it. */
  readonly #made: string | undefined;

  private constructor(
    path: string,
    isBrief: boolean,
    locks: { owner: FileLock; server: FileLock },
    made: string | undefined,
  ) {
    this.path = path;
    this.isBrief = isBrief;
    this.#made = made;
    this.serverLock = locks.server.fd;
    this.#locks = [locks.owner, locks.server];
  }

  /**
   * Waits for an owner that only asks something.
   * @throws UsageError naming the owner that the folder has
   */
  static async claim(path: string, options: ClaimOptions): Promise<OwnedFolder> {
    let nameless = 0;
    const attempt = async () => {
      const claimed = await OwnedFolder.tryClaim(path, options);
      if (claimed) return claimed;
      const owner = readOwner(path);
      if (!owner) nameless += 1; // it may just have taken the folder away
      if (owner?.isBrief || nameless === 1)
        throw new RetryableError(`${path} belongs to ${ownerText(owner)}`);
      throw new UsageError(`${path} belongs to ${ownerText(owner)}`, {
        expected: 'another folder, or that command to have ended',
      });
    };
    return retryForever(attempt, { backoff: AGAIN, isTransient });
  }

  /** The folder, made where it is missing; null where it has an owner. */
  static async tryClaim(folder: string, { log, isBrief = false }: ClaimOptions): Promise<OwnedFolder | null> {
    const path = resolve(folder);
    const made = mkdirSync(path, { recursive: true });
    const lock = await ownerLock(path);
    if (!lock) return null;
    try {
      const owner: Owner = {
        command: process.title,
        pid: process.pid,
        since: new Date().toISOString(),
        isBrief,
      };
      try {
        lock.write(JSON.stringify(owner));
      } catch (error) {
        log.warn({ folder: path, why: reasonOf(error) }, 'its owner’s name is not written down'); // a full disk
      }
      withdrawAddress(path); // of an owner that was killed
      const locks = { owner: lock, server: await serverLock(path, log) };
      return new OwnedFolder(path, isBrief, locks, made);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Empties it, but for the locks. */
  erase(): void {
    for (const name of readdirSync(this.path)) {
      if (!isLock(name)) rmSync(join(this.path, name), { recursive: true, force: true });
    }
  }

  /** Whether anything was left in it, now or before. */
  get isUsed(): boolean {
    return readdirSync(this.path).some((name) => !isLock(name));
  }

  /** Lets others have it; one that nothing was left in goes, with the folders that were made for it. */
  release(): void {
    if (existsSync(this.path) && !this.isUsed) {
      rmSync(this.path, { recursive: true, force: true });
      removeEmpty(dirname(this.path), this.#made);
    }
    for (const lock of this.#locks) lock.release();
  }
}

const isLock = (name: string) => name.endsWith('.lock');

/** Removes empty folders up to `top`, and none where that is not above `folder`. */
function removeEmpty(folder: string, top: string | undefined): void {
  if (top === undefined || !folder.startsWith(top)) return;
  try {
    rmdirSync(folder);
  } catch {
    return; // there is something in it
  }
  removeEmpty(dirname(folder), top);
}

/** Claims a folder for as long as some work takes. */
export async function withOwnedFolder<T>(
  path: string,
  options: ClaimOptions,
  work: (folder: OwnedFolder) => Promise<T>,
): Promise<T> {
  const folder = await OwnedFolder.claim(path, options);
  try {
    return await work(folder);
  } finally {
    folder.release();
  }
}

/** Who owns a folder; undefined where nothing is written. It says nothing where the folder has no owner. */
export function readOwner(folder: string): Owner | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(ownerFile(folder), 'utf8'));
    return Check(Owner, owner) ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** E.g. ``\`shika up\` (pid 4711, since 2026-11-27T01:02:03.456Z)``. */
export function ownerText(owner: Owner | undefined): string {
  return owner ? `\`${owner.command}\` (pid ${owner.pid}, since ${owner.since})` : 'another command';
}

/** Where it is taken and its file names nobody who lives, its owner has just come, or somebody has just looked. */
async function ownerLock(path: string): Promise<FileLock | null> {
  const deadline = Date.now() + NAMED_MS;
  const attempt = async () => {
    mkdirSync(path, { recursive: true }); // an owner that left nothing takes it away
    const lock = await FileLock.take(ownerFile(path), 'exclusive');
    if (lock || isAlive(readOwner(path)) || Date.now() > deadline) return lock;
    throw new RetryableError(`${path} has an owner without a name`);
  };
  return retryForever(attempt, { backoff: AGAIN, isTransient });
}

const isTransient = (error: unknown) => error instanceof RetryableError;

/** Only for a name to be shown or waited for, so that a pid that is used again does no harm. */
function isAlive(owner: Owner | undefined): boolean {
  if (!owner) return false;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // process.kill throws nothing else
  }
}

async function serverLock(path: string, log: Logger): Promise<FileLock> {
  const lock = await FileLock.take(serverFile(path), 'exclusive');
  if (lock) return lock;
  log.warn({ folder: path }, 'waiting for the server of a command that was killed');
  const later = await FileLock.take(serverFile(path), 'exclusive', DYING_S);
  if (later) return later;
  throw new FatalError(`a nats-server of an earlier command still runs on ${path}`, {
    expected: 'that it ends: `ps` shows its pid',
  });
}
