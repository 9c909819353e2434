/** What people drew and decided, in the order of the log, although both are followed side by side. Pure. */
import type { LabelEntry } from '../../../pipeline/domain/labels/history.ts';

interface PlacedEntry {
  readonly entry: LabelEntry;
  readonly sequence: number;
}

export class LabelLog {
  readonly #placed: PlacedEntry[] = [];
  /** What each request wrote: who sends it again learns that it was done. */
  readonly #requests = new Map<string, Map<string, LabelEntry>>();
  #sorted = true;

  /** @param id of the message */
  add(entry: LabelEntry, sequence: number, id: string): void {
    const last = this.#placed.at(-1);
    if (last && last.sequence > sequence) this.#sorted = false;
    this.#placed.push({ entry, sequence });
    const { request } = partsOf(id);
    const written = this.#requests.get(request);
    if (written) written.set(id, entry);
    else this.#requests.set(request, new Map([[id, entry]]));
  }

  /** In order. */
  entries(): LabelEntry[] {
    if (!this.#sorted) {
      this.#placed.sort((a, b) => a.sequence - b.sequence);
      this.#sorted = true;
    }
    return this.#placed.map(({ entry }) => entry);
  }

  /** @returns what a request wrote; null where it did not come, or was cut off */
  written(request: string): LabelEntry[] | null {
    const written = this.#requests.get(request);
    const [id] = written?.keys() ?? [];
    if (!written || id === undefined || written.size < partsOf(id).of) return null;
    return [...written.values()];
  }
}

/** A message's id, where a request makes several. */
export function entryId(request: string, nth: number, of: number): string {
  return `${request}/${nth}/${of}`;
}

function partsOf(id: string): { readonly request: string; readonly of: number } {
  const [, request = id, of = '1'] = /^([^/]+)\/\d+\/(\d+)$/.exec(id) ?? [];
  return { request, of: Number(of) };
}
