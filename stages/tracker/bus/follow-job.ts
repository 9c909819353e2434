/**
 * "Follow from here": an animal is followed anew through a clip that was tracked. All labels are made before one is
 * published, and the log's lines that let them stand come behind them, so the page shows the old ones or the new ones.
 * A process that takes the job over begins it anew: what is published already is the same.
 */
import { standingDecisions } from '../../../pipeline/domain/labels/history.ts';
import { type ReviewedLabel, reviewed } from '../../../pipeline/domain/labels/review.ts';
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import { type Incoming, type Outgoing, outgoing } from '../../../pipeline/runtime/bus/envelope.ts';
import { PoisonError } from '../../../pipeline/runtime/errors.ts';
import type { Logger } from '../../../pipeline/runtime/log/log.ts';
import { messagesOf, type Send } from '../../../pipeline/runtime/stage/channel.ts';
import { JobReport } from '../../../pipeline/runtime/stage/progress.ts';
import { type Commit, type Context, type Handler, handler } from '../../../pipeline/runtime/stage/stage.ts';
import { ClipTracked } from '../../../schemas/clip-tracked.ts';
import { FollowJob } from '../../../schemas/follow-job.ts';
import { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import { subjectOf } from '../../../schemas/message.ts';
import { Progress } from '../../../schemas/progress.ts';
import { Track } from '../../../schemas/track.ts';
import { lengthOf } from '../follow/directed-view.ts';
import { type FollowedLabel, followAnimal, type TrackingWays } from '../follow/follow.ts';
import { type PlannedWay, plannedWays, replacement } from '../follow/replace.ts';
import { JobGaveUp, KeptClipView } from './kept-view.ts';

export const followTake = { type: FollowJob, ackWaitS: 30, attempts: 5 };

/** Somebody waits for each: beside the clips that are tracked. */
const AT_ONCE = 4;
/** Frames between two words on how far it is. */
const TELL_EVERY = 16;

export function followHandler(bus: Bus, ways: TrackingWays): Handler {
  return handler({
    take: followTake,
    concurrency: AT_ONCE,
    each: (input, context) => followJob(bus, input, ways, context),
    onDead: ({ body: { job } }, reason) => [new JobReport('follow', job).failed(reason)],
  });
}

async function* followJob(
  bus: Bus,
  input: Incoming<typeof FollowJob>,
  ways: TrackingWays,
  { log, signal }: Context,
): AsyncGenerator<Outgoing | Commit> {
  const { job } = input.body;
  const last = await bus.last(Progress, subjectOf(Progress, { job }));
  if (last && last.body.state !== 'running') return;
  yield* messagesOf<Outgoing | Commit, void>(
    (send, left) => new FollowWork({ bus, input, ways, log, send, signal: left }).run(),
    signal,
  );
}

interface Work {
  readonly bus: Bus;
  readonly input: Incoming<typeof FollowJob>;
  readonly ways: TrackingWays;
  readonly log: Logger;
  readonly send: Send<Outgoing | Commit>;
  readonly signal: AbortSignal;
}

class FollowWork {
  readonly #work: Work;
  readonly #report: JobReport<'follow'>;
  #done = 0;

  constructor(work: Work) {
    this.#work = work;
    this.#report = new JobReport('follow', work.input.body.job, work.input.traceparent);
  }

  async run(): Promise<void> {
    const { input, log, send } = this.#work;
    const { job, index } = input.body;
    const tracked = await this.#tracked();
    const before = await this.#labelsBefore();
    if (!before) return this.#takenBack();
    const ways = plannedWays(input.body, before, tracked.ledger.decoded - 1);
    const total = ways.reduce((sum, { way }) => sum + lengthOf(way), 0);
    log.info({ job, total }, 'following');
    try {
      const made = new Map<number, FollowedLabel>();
      for (const planned of ways) {
        for (const label of await this.#follow(planned, tracked, before, total)) made.set(label.index, label);
      }
      const labels = [...made.values()].sort((a, b) => a.index - b.index);
      for (const label of labels) await send(this.#track(label));
      // Somebody may have decided meanwhile, or taken it back.
      const now = await this.#labelsBefore();
      if (!now) return this.#takenBack();
      const { entries, labels: standing, kept } = replacement(input.body, labels, now, ways);
      await send({ commit: async () => {} });
      for (const entry of entries) await send(this.#entry(entry));
      await send({ commit: async () => {} });
      const [first = index, last = index] = [labels[0]?.index, labels.at(-1)?.index];
      await send(this.#report.done({ animal: input.body.animal, labels: standing, kept, first, last }));
      log.info({ job, labels: standing, kept, first, last }, 'followed');
    } catch (error) {
      if (!(error instanceof JobGaveUp)) throw error;
      log.warn({ job, why: error.message }, 'following failed in another stage');
    }
  }

  async #follow(
    { way, until }: PlannedWay,
    tracked: ClipTracked,
    before: readonly ReviewedLabel[],
    total: number,
  ): Promise<FollowedLabel[]> {
    const { bus, input, ways, log, send, signal } = this.#work;
    const { track, label, box } = input.body;
    const times = new Map(before.map((known) => [known.track.index, known.track.pts]));
    const { answerS } = ways.options;
    const view = new KeptClipView({ bus, job: input, tracked, times, way, log, signal, send, answerS });
    const begin = this.#done;
    try {
      await this.#tell(total);
      return await followAnimal(view, { way, track, label, box, until }, ways, async (done) => {
        if (begin + done < this.#done + TELL_EVERY) return;
        this.#done = begin + done;
        await this.#tell(total);
      });
    } finally {
      view.close();
      this.#done = begin + lengthOf(way);
    }
  }

  async #tell(total: number): Promise<void> {
    await this.#work.send(this.#report.running({ done: this.#done, total }, String(this.#done)));
  }

  async #tracked(): Promise<ClipTracked> {
    const { bus, input } = this.#work;
    const { clip, camera, file } = input.body;
    const tracked = await bus.last(ClipTracked, subjectOf(ClipTracked, { camera, clip }));
    if (!tracked) throw new PoisonError(`${file} is not tracked yet`);
    return tracked.body;
  }

  /** The clip's labels as they stand without this job's; null where it was taken back. */
  async #labelsBefore(): Promise<ReviewedLabel[] | null> {
    const { bus, input } = this.#work;
    const { clip, job } = input.body;
    const log: LabelReviewed[] = [];
    for await (const { body } of bus.stored(LabelReviewed, { clip })) log.push(body);
    const isAsked = standingDecisions(log).some(
      ({ decision, action }) => decision === 'asked' && action === job,
    );
    if (!isAsked) return null;
    const labels: Track[] = [];
    for await (const { body } of bus.stored(Track, { clip })) labels.push(body);
    return reviewed(
      labels,
      log.filter(({ action }) => action !== job),
    );
  }

  async #takenBack(): Promise<void> {
    await this.#work.send(this.#report.failed('it was taken back'));
  }

  #track(label: FollowedLabel): Outgoing {
    const { input } = this.#work;
    const { job, clip, camera } = input.body;
    const { track, index, box, region } = label;
    const body: Track = {
      ...label,
      ...{ clip, camera, box: [...box], region: region && [...region], asked: job },
    };
    return outgoing(Track, { clip, track, index }, body, { parent: input.traceparent });
  }

  #entry(entry: LabelReviewed): Outgoing {
    const { input } = this.#work;
    const { clip, track, from, to, decision } = entry;
    const id = `follow:${input.body.job}:${track}.${from}-${to}.${decision}`;
    return outgoing(LabelReviewed, { clip, track }, entry, { id, parent: input.traceparent });
  }
}
