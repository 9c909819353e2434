/** How much room the disk of a folder has, and how much of it is left alone. */
import { statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

export interface Disk {
  /** A folder on it, as a person named it. */
  readonly folder: string;
  /** For this user, bytes. */
  readonly free: number;
  readonly total: number;
}

const MIB = 2 ** 20;
/** Of the disk, but no more than so many bytes. */
const RESERVE = { share: 0.05, most: 256 * MIB };

/** Of a folder that need not be there yet. */
export function diskOf(folder: string): Disk {
  for (let path = resolve(folder); ; path = dirname(path)) {
    try {
      const { bavail, blocks, bsize } = statfsSync(path);
      return { folder, free: bavail * bsize, total: blocks * bsize };
    } catch (error) {
      if (path === dirname(path)) throw error;
    }
  }
}

/** What a server's store leaves free for everything else, bytes. */
export function reserveOf({ total }: Disk): number {
  return Math.min(RESERVE.most, RESERVE.share * total);
}

/** Below this nothing new is begun, bytes: the store leaves the reserve, so it is nearly full itself. */
export function neededOn(disk: Disk): number {
  return 1.5 * reserveOf(disk);
}

/** Whether so little is left that nothing new is begun. */
export function isLow(disk: Disk): boolean {
  return disk.free < neededOn(disk);
}

/** `12 MiB of 64 MiB are free on the disk of shika-out`. */
export function diskText({ folder, free, total }: Disk): string {
  return `${mebibytes(free)} of ${mebibytes(total)} are free on the disk of ${folder}`;
}

export function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / MIB)} MiB`;
}

/** Whether writing failed because the disk, or what this user may use of it, is full; somewhere in the chain of causes. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException; // Node's errors of files have one
  return code === 'ENOSPC' || code === 'EDQUOT' || isDiskFull(error.cause);
}
