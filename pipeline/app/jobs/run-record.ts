/** The file beside a run's store until the run ends: with it, the same run typed again goes on. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { Check } from 'typebox/value';
import { jsonId } from '../../runtime/content-id.ts';
import { isDiskFull } from '../../runtime/disk.ts';

const Written = Type.Object({
  /** Digest of what was typed. */
  of: Type.String(),
  /** Wall time so far, by step. */
  seconds: Type.Record(Type.String(), Type.Number()),
});
type Written = Static<typeof Written>;

/** How often the time of a step is written down: so much of it gets lost at most. */
const NOTE_MS = 2_000;

/** @param what everything that decides what a run does */
export function runDigest(what: object): string {
  return jsonId(what);
}

export class RunRecord {
  readonly #path: string;
  readonly #record: Written;
  /** Whether the same run was cut short here: its store is to be kept. */
  readonly goesOn: boolean;

  /**
   * Reads what is there; writes nothing yet.
   * @param anew whether it is to begin anew all the same
   */
  constructor(folder: string, of: string, anew = false) {
    this.#path = join(folder, 'run.json');
    const left = readRecord(this.#path);
    this.goesOn = !anew && left?.of === of;
    this.#record = { of, seconds: this.goesOn && left ? left.seconds : {} };
  }

  /** Wall time so far, of earlier attempts too. */
  get seconds(): Readonly<Record<string, number>> {
    return this.#record.seconds;
  }

  /** From here on the run counts as begun; the folder is ready. */
  begin(): void {
    this.#write();
  }

  /** Does a step, and adds the time that it took to that of earlier attempts. */
  async timed<T>(step: string, work: () => Promise<T>): Promise<T> {
    const before = this.#record.seconds[step] ?? 0;
    const began = performance.now();
    const note = () => {
      this.#record.seconds[step] = Math.round(100 * before + (performance.now() - began) / 10) / 100;
      try {
        this.#write();
      } catch (error) {
        if (!isDiskFull(error)) throw error; // else the time of a step is not written down, and the work goes on
      }
    };
    const timer = setInterval(note, NOTE_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      note();
    }
  }

  /** The same typed again begins anew. */
  end(): void {
    rmSync(this.#path, { force: true });
  }

  #write(): void {
    mkdirSync(join(this.#path, '..'), { recursive: true });
    writeFileSync(`${this.#path}.part`, JSON.stringify(this.#record));
    renameSync(`${this.#path}.part`, this.#path);
  }
}

function readRecord(path: string): Written | null {
  try {
    const record: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return Check(Written, record) ? record : null;
  } catch {
    return null;
  }
}
