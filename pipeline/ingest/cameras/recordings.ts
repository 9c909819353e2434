/** Recorded clips on this machine's disk, which are removed some time after the pipeline has done with them. */
import { existsSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ClipArrived } from '../../../schemas/clip-arrived.ts';
import { ClipFailed } from '../../../schemas/clip-failed.ts';
import { ClipFiltered } from '../../../schemas/clip-filtered.ts';
import { subjectOf } from '../../../schemas/message.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { walkFolder } from '../../runtime/walk-folder.ts';
import type { ClipInput } from '../folders/clip-files.ts';

export class Recordings {
  readonly #keepMs: number;
  readonly #clips = new Map<string, Pick<ClipInput, 'clip' | 'camera'>>();

  /** @param keepH hours that a recording stays */
  constructor(keepH: number) {
    this.#keepMs = keepH * 3_600_000;
  }

  /** A recording that the bus knows. */
  add({ path, clip, camera }: ClipInput): void {
    this.#clips.set(path, { clip, camera });
  }

  /**
   * Removes those that are old enough, unless they wait for their turn; what was labelled in them is on the bus.
   * @returns the files removed
   */
  async sweep(bus: Bus): Promise<string[]> {
    const removed: string[] = [];
    for (const [path, clip] of this.#clips) {
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.NaN })); // gone already
      if (Date.now() - mtimeMs < this.#keepMs) continue;
      if (Number.isNaN(mtimeMs)) this.#clips.delete(path);
      else if (await isOver(bus, clip)) {
        await rm(path, { force: true });
        this.#clips.delete(path);
        removed.push(path);
      }
    }
    return removed;
  }
}

/** A recorded file. */
export interface Recording {
  /** Its path. */
  readonly name: string;
  readonly bytes: number;
  /** When it was written, ms since 1970. */
  readonly storedAt: number;
  free(): Promise<void>;
}

/**
 * What lies in a folder of recordings.
 * @returns `done`: paths of those that the pipeline has done with
 */
export async function doneRecordings(
  bus: Bus,
  folder: string,
): Promise<{ all: readonly Recording[]; done: ReadonlySet<string> }> {
  const all: Recording[] = [];
  const done = new Set<string>();
  if (!existsSync(folder)) return { all, done };
  const arrived = new Map<string, Pick<ClipInput, 'clip' | 'camera'>>();
  for await (const { body } of bus.stored(ClipArrived)) arrived.set(resolve(body.source), body);
  for await (const { path, kind } of walkFolder(resolve(folder))) {
    if (kind !== 'file') continue;
    const found = await stat(path).catch(() => null); // removed meanwhile
    if (!found) continue;
    const free = () => rm(path, { force: true });
    all.push({ name: path, bytes: found.size, storedAt: found.mtimeMs, free });
    const clip = arrived.get(path);
    if (clip && (await isOver(bus, clip))) done.add(path);
  }
  return { all, done };
}

async function isOver(bus: Bus, { clip, camera }: Pick<ClipInput, 'clip' | 'camera'>): Promise<boolean> {
  const filtered = await bus.last(ClipFiltered, subjectOf(ClipFiltered, { clip, camera }));
  return filtered !== null || (await bus.last(ClipFailed, subjectOf(ClipFailed, { clip, camera }))) !== null;
}
