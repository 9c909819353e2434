/** How much a server may store: what the disk has room for. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { diskOf, diskText, mebibytes, reserveOf } from '../disk.ts';
import { FatalError } from '../errors.ts';

/** Without so much for what comes, a server's store is of no use, bytes. */
export const LEAST_ROOM = 32 * 2 ** 20;

/** What the store of a server may hold, bytes: `room` is for what comes. */
export interface StoreLimits {
  readonly most: number;
  readonly room: number;
}

/**
 * What is there and what the disk has room for, less a reserve. The server's own default is three quarters of what is
 * free as it starts, whatever the store holds already: a store that has grown would refuse everything.
 * @throws FatalError where there is too little room
 */
export function storeLimits(store: string): StoreLimits {
  const disk = diskOf(store);
  const reserve = reserveOf(disk);
  const room = Math.floor(disk.free - reserve);
  if (room >= LEAST_ROOM) return { most: sizeOf(store) + room, room };
  throw new FatalError('too little room on the disk for the bus, and its frames (bus.framesMaxMiB)', {
    found: diskText(disk),
    expected: `${mebibytes(LEAST_ROOM + reserve)} at least: room made, or --out on another disk`,
  });
}

/** Of the files in a folder, bytes. */
function sizeOf(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false }))
    .reduce((sum, entry) => sum + (entry?.isFile() ? entry.size : 0), 0);
}
