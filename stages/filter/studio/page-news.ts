/** What changed in the projection, as events for the pages: gathered for a moment, each told once. */
import type { Progress } from './api.ts';
import type { Live } from './live.ts';
import type { Change, Projection } from './projection.ts';

/** Changes of so many milliseconds are told at once. */
const GATHER_MS = 60;

export class PageNews {
  readonly #projection: Projection;
  readonly #live: Live;
  readonly #progress: () => Progress;
  /** By clip: up to where the pages were told. */
  readonly #told = new Map<string, number>();
  /** The progress that the pages were told last, as JSON. */
  #toldProgress = '';
  #changes: Change[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(projection: Projection, live: Live, progress: () => Progress) {
    this.#projection = projection;
    this.#live = live;
    this.#progress = progress;
  }

  /** What is known now is no news: a page asks for it when it opens. */
  begin(): void {
    for (const { clip } of this.#projection.clips())
      this.#told.set(clip, this.#projection.labels(clip)?.moment ?? 0);
  }

  add(change: Change): void {
    this.#changes.push(change);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#tell(this.#changes.splice(0));
    }, GATHER_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #tell(changes: readonly Change[]): void {
    const [projection, live] = [this.#projection, this.#live];
    for (const { drawn } of changes) if (drawn) live.send({ kind: 'drawn', frame: drawn });
    for (const [clip, own] of Map.groupBy(changes, (change) => change.clip)) {
      live.send({ kind: 'clip', clip: projection.clip(clip) });
      const labels = projection.labels(clip);
      if (!labels || !projection.facts(clip)?.tracked) continue;
      const of = labels.changedSince(this.#told.get(clip) ?? 0);
      this.#told.set(clip, labels.moment);
      if (of.length > 0) live.send({ kind: 'tracks', clip, of, tracks: projection.summariesOf(clip, of) });
      const decided = own.flatMap((change) => change.decided ?? []);
      for (const [by, theirs] of Map.groupBy(decided, (decision) => decision.by)) {
        const from = Math.min(...theirs.map(({ range }) => range[0]));
        const to = Math.max(...theirs.map(({ range }) => range[1]));
        live.send({ kind: 'labels', clip, tracks: projection.tracks(clip, of, [from, to]), by });
      }
    }
    this.#tellProgress();
  }

  #tellProgress(): void {
    const progress = this.#progress();
    const told = JSON.stringify(progress);
    if (told === this.#toldProgress) return;
    this.#toldProgress = told;
    this.#live.send({ kind: 'progress', progress });
  }
}
