/** Adds to the log what people decide, draw and answer; each request ends when the projection has all of it. */
import { randomUUID } from 'node:crypto';
import { entryMessage, redoing, undoing } from '../../../pipeline/domain/labels/decide.ts';
import type { LabelEntry } from '../../../pipeline/domain/labels/history.ts';
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import { type Outgoing, outgoing } from '../../../pipeline/runtime/bus/envelope.ts';
import { UsageError } from '../../../pipeline/runtime/errors.ts';
import { LabelAudited } from '../../../schemas/label-audited.ts';
import type { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import type { Again, Decide, Decided, Draw, Edit, Follow, TrackView } from '../studio/api.ts';
import { entryId } from '../studio/label-log.ts';
import type { Projection } from '../studio/projection.ts';
import { type Asker, decisionEntries, drawingEntry, editEntries, followEntry } from '../studio/requests.ts';

export class LabelWriter {
  readonly #bus: Bus;
  readonly #projection: Projection;
  /** Messages that are not back from the log yet, and who waits for them. */
  readonly #missing = new Map<string, PromiseWithResolvers<void>>();
  /** The last animal that was asked to be followed: two at once would get one track's number. */
  #asking: Promise<unknown> = Promise.resolve();
  /** Requests at work: one that comes again meanwhile is the same. */
  readonly #working = new Map<string, Promise<LabelEntry[]>>();

  constructor(bus: Bus, projection: Projection) {
    this.#bus = bus;
    this.#projection = projection;
  }

  decide(request: Decide, by: string): Promise<Decided> {
    return this.#decided(request.id, by, (asker) => decisionEntries(this.#projection, request, asker));
  }

  edit(request: Edit, by: string): Promise<Decided> {
    return this.#decided(request.id, by, (asker) => editEntries(this.#projection, request, asker));
  }

  /** @returns the line of the log that asks for it */
  async ask(request: Follow, by: string): Promise<LabelReviewed> {
    const asking = this.#asking.then(() =>
      this.#written(request.id, (action) => [followEntry(this.#projection, request, { by, action })]),
    );
    this.#asking = asking.catch(() => {}); // who asked is told
    const [entry] = await asking;
    if (!entry || !('track' in entry) || entry.decision !== 'asked')
      throw new UsageError('this request was another one', { found: entry?.decision ?? 'nothing' });
    return entry;
  }

  async draw(clip: string, index: number, request: Draw, by: string): Promise<void> {
    const place = { clip, index };
    await this.#written(request.id, (action) => [
      drawingEntry(this.#projection, place, request, { by, action }),
    ]);
  }

  /** @returns null where there is nothing to undo or redo */
  async change(direction: 'undo' | 'redo', { id }: Again, by: string): Promise<Decided | null> {
    const changing = direction === 'undo' ? undoing : redoing;
    const decided = await this.#decided(
      id,
      by,
      () => changing(this.#projection.log.entries(), by)?.entries ?? [],
    );
    return decided.action === null ? null : decided;
  }

  /** @param id the same where it is sent again, until it was folded */
  async answer(answer: LabelAudited, id: string = randomUUID()): Promise<void> {
    const { clip, index } = answer;
    await this.#publish(outgoing(LabelAudited, { clip, index }, answer, { id }));
  }

  /** A message of the log was folded. */
  came(id: string): void {
    this.#missing.get(id)?.resolve();
    this.#missing.delete(id);
  }

  async #decided(
    id: string | undefined,
    by: string,
    entriesOf: (asker: Asker) => readonly LabelEntry[],
  ): Promise<Decided> {
    const entries = await this.#written(id, (action) => entriesOf({ by, action }));
    return { action: entries[0]?.action ?? null, tracks: this.#touched(entries) };
  }

  async #written(
    request: string = randomUUID(),
    entriesOf: (action: string) => readonly LabelEntry[],
  ): Promise<readonly LabelEntry[]> {
    const working = this.#working.get(request);
    if (working) return working;
    const before = this.#projection.log.written(request);
    if (before) return before;
    const entries = [...entriesOf(request)];
    const writing = this.#write(request, entries).then(() => entries);
    this.#working.set(request, writing);
    try {
      return await writing;
    } finally {
      this.#working.delete(request);
    }
  }

  async #write(request: string, entries: readonly LabelEntry[]): Promise<void> {
    const writing = entries.map((entry, nth) =>
      this.#publish(entryMessage(entry, entryId(request, nth, entries.length))),
    );
    await Promise.all(writing);
  }

  /** Resolves when it was folded. */
  async #publish(message: Outgoing): Promise<void> {
    const back = this.#missing.get(message.id) ?? Promise.withResolvers<void>();
    this.#missing.set(message.id, back);
    await this.#bus.publish(message);
    await back.promise;
  }

  /** Animals that have, or had, labels that these entries are about; frames from the first to the last of them. */
  #touched(entries: readonly LabelEntry[]): TrackView[] {
    const runs = entries.flatMap((entry) => ('track' in entry ? [entry] : []));
    return [...Map.groupBy(runs, ({ clip }) => clip)].flatMap(([clip, own]) => {
      const first = Math.min(...own.map(({ from }) => from));
      const last = Math.max(...own.map(({ to }) => to));
      const tracks = this.#projection.labels(clip)?.animalsOf(own.map(({ track }) => track)) ?? [];
      return this.#projection.tracks(clip, tracks, [first, last]);
    });
  }
}
