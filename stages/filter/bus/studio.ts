import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import type { Incoming } from '../../../pipeline/runtime/bus/envelope.ts';
import { RetryableError, reasonOf } from '../../../pipeline/runtime/errors.ts';
import type { Logger } from '../../../pipeline/runtime/log/log.ts';
import { ClipArrived } from '../../../schemas/clip-arrived.ts';
import { ClipDecoded } from '../../../schemas/clip-decoded.ts';
import { ClipFailed } from '../../../schemas/clip-failed.ts';
import { ClipFiltered } from '../../../schemas/clip-filtered.ts';
import { ClipFound } from '../../../schemas/clip-found.ts';
import { ClipTracked } from '../../../schemas/clip-tracked.ts';
import { LabelAudited } from '../../../schemas/label-audited.ts';
import { LabelDrawn } from '../../../schemas/label-drawn.ts';
import { LabelProposed } from '../../../schemas/label-proposed.ts';
import { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import type { Body, MessageType } from '../../../schemas/message.ts';
import { Progress as JobProgress } from '../../../schemas/progress.ts';
import { Track } from '../../../schemas/track.ts';
import type {
  Again,
  AuditAnswer,
  AuditTask,
  Decide,
  Decided,
  Draw,
  DrawnFrame,
  Edit,
  Follow,
  FrameProposal,
  Go,
  JobView,
  ModelView,
  Progress,
} from '../studio/api.ts';
import { auditEntry, auditTasks } from '../studio/audit.ts';
import { JobViews } from '../studio/job-views.ts';
import { Live } from '../studio/live.ts';
import { PageNews } from '../studio/page-news.ts';
import { progressOf } from '../studio/progress.ts';
import { type Change, Projection } from '../studio/projection.ts';
import { refuseUnlessFrame } from '../studio/requests.ts';
import { StayViews } from '../studio/stay-views.ts';
import { annotate, train } from './begin.ts';
import { askTracker } from './follow.ts';
import { LabelWriter } from './label-writer.ts';
import { Models } from './models.ts';
import { Pictures, pictureSource } from './pictures.ts';
import { Proposer } from './proposer.ts';

/** How long a frame that was drawn on may take to be decoded, ms. */
const KEPT_MS = 60_000;

export interface StudioRules {
  /** Risk below which automatic review accepts. */
  readonly acceptBelow: number;
  /** Of training, and of what the audit asks for. */
  readonly seed: number;
  /** Of training; 0: as many as the recipe says. */
  readonly steps: number;
}

export class Studio {
  readonly projection: Projection;
  readonly stays: StayViews;
  readonly live = new Live();
  readonly jobs = new JobViews();
  readonly models: Models;
  readonly #bus: Bus;
  readonly #log: Logger;
  readonly #pictures: Pictures;
  readonly #seed: number;
  readonly #steps: number;
  readonly #writer: LabelWriter;
  readonly #news: PageNews;
  readonly #proposer: Proposer;
  readonly #caughtUp = Promise.withResolvers<void>();
  /** Kinds of messages whose stored ones are not all folded yet. */
  #behind = 0;

  /** @param signal ends what it does by itself */
  constructor(bus: Bus, { acceptBelow, seed, steps }: StudioRules, log: Logger, signal: AbortSignal) {
    this.#bus = bus;
    this.#log = log;
    this.#seed = seed;
    this.#steps = steps;
    this.#pictures = new Pictures(bus, log);
    this.projection = new Projection(acceptBelow);
    this.stays = new StayViews(this.projection);
    this.models = new Models(bus, this.projection, this.#pictures, log);
    this.#writer = new LabelWriter(bus, this.projection);
    this.#news = new PageNews(this.projection, this.live, () => this.progress());
    this.#proposer = new Proposer({
      ...{ projection: this.projection, log, signal },
      picture: (clip, index, patience) => this.picture(clip, index, patience),
      onBetter: (proposals) => this.live.send({ kind: 'proposals', proposals }),
    });
  }

  /** Resolves when everything that was on the bus is folded: until then the page would show half of it. */
  get ready(): Promise<void> {
    return this.#caughtUp.promise;
  }

  get isBusUp(): boolean {
    return this.#bus.isUp;
  }

  /** Until aborted. */
  async follow(signal: AbortSignal): Promise<void> {
    const { projection } = this;
    const unwatch = this.#bus.watch((up) => this.live.send({ kind: 'bus', up }));
    const facts = <M extends MessageType, K extends string>(type: M, key: K) =>
      this.#each(type, signal, (body, sequence) =>
        projection.addFacts((body as { clip: string }).clip, { [key]: body }, sequence),
      );
    const frames = <M extends typeof ClipFound | typeof ClipDecoded>(type: M, key: 'found' | 'decoded') =>
      this.#each(type, signal, (body, sequence) => {
        const change = projection.addFacts(body.clip, { [key]: body }, sequence);
        if (this.#behind === 0) this.#proposer.changed();
        return change;
      });
    await Promise.all([
      frames(ClipFound, 'found'),
      facts(ClipArrived, 'arrived'),
      frames(ClipDecoded, 'decoded'),
      facts(ClipFailed, 'failed'),
      facts(ClipTracked, 'tracked'),
      facts(ClipFiltered, 'filtered'),
      this.#each(Track, signal, (body) => projection.addLabel(body)),
      this.#each(LabelReviewed, signal, projection.addDecision.bind(projection)),
      this.#each(LabelDrawn, signal, projection.addDrawing.bind(projection)),
      this.#each(LabelAudited, signal, projection.addAnswer.bind(projection)),
      this.#followProposed(signal),
      this.#followJobs(signal),
    ]);
    unwatch();
    this.#news.close();
  }

  decide(request: Decide, by: string): Promise<Decided> {
    return this.#writer.decide(request, by);
  }

  edit(request: Edit, by: string): Promise<Decided> {
    return this.#writer.edit(request, by);
  }

  /** What is known at once; better ones are told to the pages. */
  proposals(): FrameProposal[] {
    return this.#proposer.all();
  }

  async draw(clip: string, index: number, request: Draw, by: string): Promise<DrawnFrame> {
    refuseUnlessFrame(this.projection, { clip, index });
    const kept = await this.#pictures.keep(
      pictureSource(this.projection, clip),
      index,
      AbortSignal.timeout(KEPT_MS),
    );
    if (!kept) throw new RetryableError(`frame ${index} of clip ${clip} did not come in time`);
    await this.#writer.draw(clip, index, request, by);
    return this.projection.drawn.at(clip, index)!; // it was just recorded
  }

  /** @returns null where there is nothing to undo or redo */
  change(direction: 'undo' | 'redo', request: Again, by: string): Promise<Decided | null> {
    return this.#writer.change(direction, request, by);
  }

  /**
   * @returns the JPEG; null where it did not come in time
   * @throws PoisonError where it can't be had
   */
  async picture(clip: string, index: number, signal: AbortSignal): Promise<Uint8Array | null> {
    // A picture that was drawn on in a file is of no clip that was ever found.
    const camera = this.projection.facts(clip) ? this.projection.clip(clip).camera : null;
    const image = await this.#pictures.stored(clip, camera, index);
    return image ?? this.#pictures.decoded(pictureSource(this.projection, clip), index, signal);
  }

  auditTasks(): AuditTask[] {
    return auditTasks(this.projection, this.#seed);
  }

  /** @throws UsageError where that is not asked, or not any more */
  async answer(answer: AuditAnswer, by: string): Promise<Progress> {
    const { id } = answer;
    if (id === undefined || !this.projection.isAnswered(id)) {
      await this.#writer.answer(auditEntry(this.projection, answer, { seed: this.#seed, by }), id);
    }
    return this.progress();
  }

  progress(): Progress {
    return progressOf(this.projection);
  }

  /** @throws as {@link Models.activate} */
  async activate(model: string): Promise<ModelView[]> {
    await this.models.activate(model);
    return this.#tellModels();
  }

  async #tellModels(): Promise<ModelView[]> {
    const models = await this.models.all();
    this.live.send({ kind: 'models', models });
    return models;
  }

  /** The labels come when the tracker has them; a request that comes again is the same job. */
  async followAnew(request: Follow, by: string): Promise<JobView> {
    const source = pictureSource(this.projection, request.clip);
    const asked = await this.#writer.ask(request, by);
    const name = await askTracker(this.#bus, request, asked, source);
    const job = this.jobs.ask({ job: name, kind: 'follow', line: `${source.file} · ${request.index}` });
    this.live.send({ kind: 'job', job });
    return job;
  }

  /** Begins what was asked for; nothing depends on the page from then on. */
  async go({ step, clips }: Go): Promise<JobView[]> {
    const rules = { seed: this.#seed, steps: this.#steps };
    if (step === 'pre' || step === 'method') await train(this.#bus, this.projection, 'pre', rules);
    if (step === 'main') await train(this.#bus, this.projection, 'main', rules);
    if (step === 'annotate' || step === 'method') await annotate(this.#bus, this.projection, clips);
    return this.jobs.all();
  }

  async #each<M extends MessageType>(
    type: M,
    signal: AbortSignal,
    add: (body: Body<M>, sequence: number, id: string) => Change,
  ): Promise<void> {
    for await (const { body, sequence, id } of this.#followed(type, signal)) {
      const change = add(body, sequence, id);
      if (this.#behind === 0) this.#news.add(change);
      this.#writer.came(id);
    }
  }

  #followed<M extends MessageType>(type: M, signal: AbortSignal): AsyncGenerator<Incoming<M>> {
    this.#behind += 1;
    const onCaughtUp = () => {
      this.#behind -= 1;
      if (this.#behind > 0) return;
      this.#news.begin();
      this.#caughtUp.resolve();
    };
    return this.#bus.follow(type, {}, { signal, onCaughtUp });
  }

  async #followProposed(signal: AbortSignal): Promise<void> {
    for await (const { body } of this.#followed(LabelProposed, signal))
      this.#proposer.addImported(body, this.#behind === 0);
  }

  async #followJobs(signal: AbortSignal): Promise<void> {
    for await (const { body, storedAt } of this.#followed(JobProgress, signal)) {
      if (body.kind === 'stills') {
        this.#pictures.failed(body.job, body.reason);
        continue;
      }
      const job = this.jobs.add(body, storedAt);
      if (this.#behind > 0) continue;
      this.live.send({ kind: 'job', job });
      if (body.state !== 'done' || (body.kind !== 'pre' && body.kind !== 'main')) continue;
      // A model that can't be read is no reason to follow no more.
      await this.#tellModels().catch((error) =>
        this.#log.warn({ why: reasonOf(error) }, 'models not told to the pages'),
      );
    }
  }
}
