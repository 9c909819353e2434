/** The studio on the bus: follows everything that its page shows, and publishes what is done there. */
import { randomUUID } from 'node:crypto';
import { drawnItems, joinHandDrawn } from '../../../pipeline/domain/datasets/hand-drawn.ts';
import { fetchHandFiles } from '../../../pipeline/domain/datasets/store.ts';
import { decisionMessage, drawnMessage, redoing, undoing } from '../../../pipeline/domain/labels/decide.ts';
import type { LabelEntry } from '../../../pipeline/domain/labels/history.ts';
import { activeModel } from '../../../pipeline/domain/models/registry.ts';
import { activateByHand, listModels } from '../../../pipeline/domain/models/stored-models.ts';
import { defaultStart } from '../../../pipeline/domain/models/weights/default-start.ts';
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import { type Outgoing, outgoing } from '../../../pipeline/runtime/bus/envelope.ts';
import { RetryableError, UsageError } from '../../../pipeline/runtime/errors.ts';
import { type Anchor, ClipArrived } from '../../../schemas/clip-arrived.ts';
import { ClipDecoded } from '../../../schemas/clip-decoded.ts';
import { ClipFailed } from '../../../schemas/clip-failed.ts';
import { ClipFiltered } from '../../../schemas/clip-filtered.ts';
import { ClipFound } from '../../../schemas/clip-found.ts';
import { ClipTracked } from '../../../schemas/clip-tracked.ts';
import { DatasetJob } from '../../../schemas/dataset-job.ts';
import { LabelDrawn } from '../../../schemas/label-drawn.ts';
import { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import type { Body, MessageType } from '../../../schemas/message.ts';
import { Progress } from '../../../schemas/progress.ts';
import { Track } from '../../../schemas/track.ts';
import type {
  Decide,
  Decided,
  Draw,
  DrawnFrame,
  Edit,
  Go,
  JobView,
  ModelView,
  TrackView,
} from '../studio/api.ts';
import { sourceOf } from '../studio/clip-state.ts';
import { JobViews } from '../studio/job-views.ts';
import { Live } from '../studio/live.ts';
import { modelView } from '../studio/model-view.ts';
import { type Change, Projection } from '../studio/projection.ts';
import { decisionEntries, drawingEntry, editEntries, type NewAction } from '../studio/requests.ts';
import { type PictureSource, Pictures } from './pictures.ts';

/** Changes of so many milliseconds are told to the pages at once. */
const GATHER_MS = 60;

/** How long a frame that was drawn on may take to be decoded, ms. */
const KEPT_MS = 60_000;

export interface StudioOptions {
  /** Risk below which automatic review accepts. */
  readonly acceptBelow: number;
  /** Of training. */
  readonly seed: number;
}

export class Studio {
  readonly projection: Projection;
  readonly live = new Live();
  readonly jobs = new JobViews();
  readonly #bus: Bus;
  readonly #pictures: Pictures;
  readonly #seed: number;
  /** Actions whose entries are not all back from the log yet: how many are missing, and who waits. */
  readonly #waiting = new Map<string, { missing: number; readonly resolve: () => void }>();
  #changes: Change[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(bus: Bus, { acceptBelow, seed }: StudioOptions) {
    this.#bus = bus;
    this.#seed = seed;
    this.#pictures = new Pictures(bus);
    this.projection = new Projection(acceptBelow);
  }

  /** Until aborted. */
  async follow(signal: AbortSignal): Promise<void> {
    const { projection } = this;
    const facts = <M extends MessageType, K extends string>(type: M, key: K) =>
      this.#each(type, signal, (body) =>
        projection.addFacts((body as { clip: string }).clip, { [key]: body }),
      );
    await Promise.all([
      facts(ClipFound, 'found'),
      facts(ClipArrived, 'arrived'),
      facts(ClipDecoded, 'decoded'),
      facts(ClipFailed, 'failed'),
      facts(ClipTracked, 'tracked'),
      facts(ClipFiltered, 'filtered'),
      this.#each(Track, signal, (body) => projection.addLabel(body)),
      this.#each(LabelReviewed, signal, (body, sequence) => projection.addDecision(body, sequence)),
      this.#each(LabelDrawn, signal, (body, sequence) => projection.addDrawing(body, sequence)),
      this.#followJobs(signal),
    ]);
    clearTimeout(this.#timer);
  }

  decide(request: Decide, by: string): Promise<Decided> {
    return this.#record(decisionEntries(this.projection, request, by), decisionMessage);
  }

  edit(request: Edit, by: string): Promise<Decided> {
    return this.#record(editEntries(this.projection, request, by), decisionMessage);
  }

  async draw(clip: string, index: number, request: Draw, by: string): Promise<DrawnFrame> {
    const drawing = drawingEntry(this.projection, { clip, index }, request, by);
    const kept = await this.#pictures.keep(this.#source(clip), index, AbortSignal.timeout(KEPT_MS));
    if (!kept) throw new RetryableError(`frame ${index} of clip ${clip} did not come in time`);
    await this.#record(drawing, drawnMessage);
    return this.projection.drawn.at(clip, index)!; // it was just recorded
  }

  /** @returns null where there is nothing to undo or redo */
  async change(direction: 'undo' | 'redo', by: string): Promise<Decided | null> {
    const change = (direction === 'undo' ? undoing : redoing)(this.projection.log(), by);
    if (!change) return null;
    await this.#publish(change.action.id, change.messages);
    return { action: change.action.id, tracks: this.#touched(change.action.entries) };
  }

  /** @returns the JPEG; null where it did not come in time */
  async picture(clip: string, index: number, signal: AbortSignal): Promise<Uint8Array | null> {
    const source = this.#source(clip);
    const stored = await this.#pictures.stored(clip, source.camera, index);
    return stored ?? this.#pictures.decoded(source, index, signal);
  }

  #source(clip: string): PictureSource {
    const facts = this.projection.facts(clip);
    const where = facts && sourceOf(facts);
    if (!where) throw new UsageError(`no clip ${clip}`);
    const { file, source } = where;
    return { clip, camera: this.projection.clip(clip).camera, file, source };
  }

  async models(): Promise<ModelView[]> {
    return (await listModels(this.#bus)).map(modelView).reverse();
  }

  /** @throws UsageError where another one became active meanwhile; PoisonError where there is no such model */
  async activate(model: string): Promise<ModelView[]> {
    await activateByHand(this.#bus, model);
    return this.#tellModels();
  }

  async #tellModels(): Promise<ModelView[]> {
    const models = await this.models();
    this.live.send({ kind: 'models', models });
    return models;
  }

  /** Begins what was asked for; nothing depends on the page from then on. */
  async go({ step, clips }: Go): Promise<JobView[]> {
    if (step === 'pre' || step === 'method') await this.#train('pre');
    if (step === 'main') await this.#train('main');
    if (step === 'annotate' || step === 'method') await this.#annotate(clips);
    return this.jobs.all();
  }

  async #annotate(wanted: readonly string[] | undefined): Promise<void> {
    const waiting = this.projection
      .clips()
      .filter(({ clip, state }) => state === 'found' && (!wanted || wanted.includes(clip)));
    for (const { clip } of waiting) {
      const { found } = this.projection.facts(clip)!; // it is in that state
      if (!found) continue;
      const { camera, file, source, recordedAt } = found;
      const body: ClipArrived = {
        ...{ clip, camera, file, source, anchors: this.#anchors(clip) },
        ...(recordedAt && { recordedAt }),
      };
      await this.#bus.publish(outgoing(ClipArrived, { camera, clip }, body));
    }
  }

  /** Boxes of a frame that say nothing else are one animal each, in their order. */
  #anchors(clip: string): Anchor[] {
    return this.projection.drawn.ofClip(clip).flatMap(({ index, boxes }) =>
      (boxes ?? []).map(({ box, label, track }, nth) => ({
        frame: index,
        track: track ?? nth + 1,
        box,
        label,
      })),
    );
  }

  async #train(kind: 'pre' | 'main'): Promise<void> {
    const nameOf = (clip: string) => this.projection.clip(clip).file;
    const drawings = this.projection.log().flatMap((entry) => ('track' in entry ? [] : [entry]));
    const { classes, items } = joinHandDrawn(await fetchHandFiles(this.#bus), drawnItems(drawings, nameOf));
    if (classes.length === 0) throw new UsageError('nothing was drawn yet', { expected: 'at least one box' });
    const active = await activeModel(this.#bus, 'detector');
    if (kind === 'main' && !active)
      throw new UsageError('there is no model to train on from', { expected: 'a pre-training first' });
    const tracked = this.projection.clips().flatMap(({ clip, state }) => (state === 'tracked' ? [clip] : []));
    const job = `studio-${kind}-${randomUUID().slice(0, 8)}`;
    const body: DatasetJob = {
      ...{ job, kind: 'dataset', classes: [...classes], hand: [...items], examples: 'pictures' },
      clips: kind === 'main' ? tracked : [],
      training: {
        kind,
        start: kind === 'main' && active ? { from: 'model', model: active.model } : defaultStart(),
        seed: this.#seed,
      },
    };
    await this.#bus.publish(outgoing(DatasetJob, { job }, body));
  }

  async #record<E extends LabelEntry>(
    { action, entries }: NewAction<E>,
    messageOf: (entry: E) => Outgoing,
  ): Promise<Decided> {
    await this.#publish(action, entries.map(messageOf));
    return { action: entries.length > 0 ? action : null, tracks: this.#touched(entries) };
  }

  /** Ends when the projection has them all, so that what is answered shows what was done. */
  async #publish(action: string, messages: readonly Outgoing[]): Promise<void> {
    if (messages.length === 0) return;
    const seen = new Promise<void>((resolve) => {
      this.#waiting.set(action, { missing: messages.length, resolve });
    });
    await Promise.all(messages.map((message) => this.#bus.publish(message)));
    await seen;
  }

  #touched(entries: readonly LabelEntry[]): TrackView[] {
    const runs = entries.flatMap((entry) => ('track' in entry ? [entry] : []));
    return [...Map.groupBy(runs, ({ clip }) => clip)].flatMap(([clip, own]) => {
      const range = [Math.min(...own.map(({ from }) => from)), Math.max(...own.map(({ to }) => to))] as const;
      const tracks = new Set(
        own.flatMap(({ track, into }) => [track, ...(into === undefined ? [] : [into])]),
      );
      const standing = this.projection.tracks(clip, range);
      return standing.filter(({ track, labels }) => tracks.has(track) || labels.length > 0);
    });
  }

  async #each<M extends MessageType>(
    type: M,
    signal: AbortSignal,
    add: (body: Body<M>, sequence: number) => Change,
  ): Promise<void> {
    for await (const { body, sequence } of this.#bus.follow(type, {}, { signal })) {
      this.#changed(add(body, sequence));
      const { action } = body as { action?: string };
      const waiting = action === undefined ? undefined : this.#waiting.get(action);
      if (waiting && --waiting.missing === 0) {
        this.#waiting.delete(action!);
        waiting.resolve();
      }
    }
  }

  async #followJobs(signal: AbortSignal): Promise<void> {
    for await (const { body, storedAt } of this.#bus.follow(Progress, {}, { signal })) {
      this.live.send({ kind: 'job', job: this.jobs.add(body, storedAt) });
      if (body.state === 'done' && (body.kind === 'pre' || body.kind === 'main')) await this.#tellModels();
    }
  }

  #changed(change: Change): void {
    this.#changes.push(change);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#tell(this.#changes.splice(0));
    }, GATHER_MS);
  }

  #tell(changes: readonly Change[]): void {
    const { projection, live } = this;
    for (const { drawn } of changes) if (drawn) live.send({ kind: 'drawn', frame: drawn });
    for (const [clip, own] of Map.groupBy(changes, (change) => change.clip)) {
      live.send({ kind: 'clip', clip: projection.clip(clip) });
      if (!projection.facts(clip)?.tracked) continue;
      live.send({ kind: 'tracks', clip, tracks: projection.summariesOf(clip) });
      const decided = own.flatMap((change) => change.decided ?? []);
      for (const [by, theirs] of Map.groupBy(decided, (decision) => decision.by)) {
        const from = Math.min(...theirs.map(({ range }) => range[0]));
        const to = Math.max(...theirs.map(({ range }) => range[1]));
        live.send({ kind: 'labels', clip, tracks: projection.tracks(clip, [from, to]), by });
      }
    }
  }
}
