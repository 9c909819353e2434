/** How a command that only asks comes to the bus of a folder: by its owner's server, or as its owner. */
import { RetryableError } from '../errors.ts';
import type { Logger } from '../log/log.ts';
import { retryForever } from '../retry.ts';
import { addressOf, answers, type BusAddress, readAddress } from './address.ts';
import { FileLock } from './file-lock.ts';
import { OwnedFolder, ownerFile, ownerText, readOwner, usersFile } from './owned-folder.ts';

/** A server that is started again after its death is there in 15 s at most; so often it is looked for. */
const AGAIN = { firstMs: 200, longestMs: 300 };
/** Looks before a person is told what is waited for. */
const TOLD_AFTER = 4;
/** Between two looks whether the server that is used is still there. */
const WATCH_MS = 2_000;

export interface JoinOptions {
  readonly log: Logger;
  /** Stages that the work needs: an owner that runs others is waited for. */
  readonly stages: readonly string[];
}

/** Somebody else's server, in use: its owner waits a while for its users before it stops it. */
export class JoinedServer {
  readonly address: BusAddress;
  /** Rejects when the owner is gone and its server with it. */
  readonly gone: Promise<never>;
  readonly #lock: FileLock;
  readonly #watch: NodeJS.Timeout;

  constructor(folder: string, address: BusAddress, lock: FileLock) {
    this.address = address;
    this.#lock = lock;
    const owner = ownerText(readOwner(folder));
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {}); // nobody may be waiting any more
    this.gone = promise;
    this.#watch = setInterval(async () => {
      if (!(await isGone(folder, address))) return;
      reject(new RetryableError(`${owner} has ended, and its server with it`));
    }, WATCH_MS);
    this.#watch.unref();
  }

  leave(): void {
    clearInterval(this.#watch);
    this.#lock.release();
  }
}

/**
 * The folder for oneself where it has no owner; else its owner's server, which is waited for while it is not there.
 * @throws FatalError where files cannot be locked here
 */
export async function joinOrClaim(
  folder: string,
  { log, stages }: JoinOptions,
): Promise<JoinedServer | OwnedFolder> {
  const attempt = async () => {
    const owned = await OwnedFolder.tryClaim(folder, { log, isBrief: stages.length === 0 });
    const reached = owned ?? (await join(folder, stages));
    if (reached) return reached;
    throw new RetryableError(`waiting for ${ownerText(readOwner(folder))}`);
  };
  const onFailure = (_: unknown, failures: number) => {
    if (failures !== TOLD_AFTER) return;
    const owner = ownerText(readOwner(folder));
    const what = stages.length > 0 ? `a server with ${stages.join(', ')}` : 'its server';
    log.warn({ owner, folder }, `waiting for the folder’s owner, or ${what}`);
  };
  const isTransient = (error: unknown) => error instanceof RetryableError;
  return retryForever<JoinedServer | OwnedFolder>(attempt, { backoff: AGAIN, isTransient, onFailure });
}

async function join(folder: string, stages: readonly string[]): Promise<JoinedServer | null> {
  const lock = await FileLock.take(usersFile(folder), 'shared');
  if (!lock) return null; // the owner is stopping it
  const address = await addressOf(folder);
  if (address && stages.every((stage) => address.stages.includes(stage))) {
    return new JoinedServer(folder, address, lock);
  }
  lock.release();
  return null;
}

async function isGone(folder: string, { url }: BusAddress): Promise<boolean> {
  if (await answers(url)) return false;
  if (readAddress(folder)?.url !== url) return true;
  const lock = await FileLock.take(ownerFile(folder), 'shared').catch(() => null); // its folder may be gone
  lock?.release();
  return lock !== null;
}
