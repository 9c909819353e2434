/** Recorded clips on this machine's disk, which are removed some time after the pipeline has done with them. */
import { rm, stat } from 'node:fs/promises';
import { ClipFailed } from '../../../schemas/clip-failed.ts';
import { ClipFiltered } from '../../../schemas/clip-filtered.ts';
import { subjectOf } from '../../../schemas/message.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
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

async function isOver(bus: Bus, clip: Pick<ClipInput, 'clip' | 'camera'>): Promise<boolean> {
  const filtered = await bus.last(ClipFiltered, subjectOf(ClipFiltered, clip));
  return filtered !== null || (await bus.last(ClipFailed, subjectOf(ClipFailed, clip))) !== null;
}
