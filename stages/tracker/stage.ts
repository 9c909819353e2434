/**
 * Tracker: one box per frame and track, with its cause. A clip belongs to one tracker at a time - the one that holds
 * its arrival’s message - and many clips are tracked at once.
 */
import { openFollower } from '../../pipeline/domain/models/nanotrack/follower.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { type Incoming, type Outgoing, outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import type { Logger } from '../../pipeline/runtime/log/log.ts';
import { messagesOf, type Send } from '../../pipeline/runtime/stage/channel.ts';
import { type Commit, type Context, handler, stage } from '../../pipeline/runtime/stage/stage.ts';
import { Boxes } from '../../schemas/boxes.ts';
import { ClipArrived } from '../../schemas/clip-arrived.ts';
import { ClipDecoded } from '../../schemas/clip-decoded.ts';
import { ClipFailed } from '../../schemas/clip-failed.ts';
import { ClipRestarted } from '../../schemas/clip-restarted.ts';
import { ClipTracked } from '../../schemas/clip-tracked.ts';
import { Frame } from '../../schemas/frame.ts';
import { Image } from '../../schemas/image.ts';
import { LabelReviewed } from '../../schemas/label-reviewed.ts';
import { Look } from '../../schemas/look.ts';
import { subjectOf } from '../../schemas/message.ts';
import { Progress } from '../../schemas/progress.ts';
import { checkpointKey, TrackerCheckpoint } from '../../schemas/state.ts';
import { StillsJob } from '../../schemas/stills-job.ts';
import { Track } from '../../schemas/track.ts';
import { BusClipView, ClipGaveUp } from './bus/clip-view.ts';
import { followHandler, followTake } from './bus/follow-job.ts';
import type { TrackingWays } from './follow/follow.ts';
import type { Follower } from './hindsight/evidence.ts';
import { type DecidedFrame, initialCheckpoint } from './loop.ts';
import { TrackerOptions } from './options.ts';
import { Tracking } from './tracking.ts';

const take = { type: ClipArrived, ackWaitS: 30, attempts: 20 };

export const tracker = stage({
  name: 'tracker',
  summary: 'Follows every animal through a clip and says for each box why it is there',
  guarantee:
    'Every frame of the clip is labelled or accounted for, once. The labels do not depend on timing or on crashes: a process that takes a clip over goes on from its checkpoint.',
  options: TrackerOptions,
  takes: [take, followTake],
  gives: [
    ...[Look, Track, Image, ClipTracked, ClipRestarted, ClipFailed],
    ...[LabelReviewed, StillsJob, Progress],
  ],
  reads: [
    ...[Frame, Image, Boxes, ClipDecoded, ClipFailed],
    ...[ClipTracked, Track, LabelReviewed, Progress],
  ],
  keeps: { sets: [checkpointKey()], frees: [Frame, Look] },
  async start({ bus, options, log }) {
    const follower = options.method === 'hindsight' ? await followerFor(log) : null;
    return {
      handlers: [
        handler({
          take,
          concurrency: options.clips,
          each: (input, context) => trackClip(bus, input, { options, follower }, context),
          onDead: ({ body: { clip, camera, file }, sequence }, reason) => [
            outgoing(
              ClipFailed,
              { camera, clip },
              { clip, camera, file, stage: 'tracker', reason },
              { id: `failed:tracker:${clip}:${sequence}` },
            ),
            { commit: () => free(bus, clip, camera) },
          ],
        }),
        followHandler(bus, { options, follower }),
      ],
    };
  },
});

async function followerFor(log: Logger): Promise<Follower | null> {
  const opened = await openFollower();
  if (!opened.follower) log.info({ why: opened.why }, 'animals are not followed by their looks');
  return opened.follower;
}

async function* trackClip(
  bus: Bus,
  arrival: Incoming<typeof ClipArrived>,
  ways: TrackingWays,
  { log, signal }: Context,
): AsyncGenerator<Outgoing | Commit> {
  const { clip, camera } = arrival.body;
  if (await bus.last(ClipTracked, subjectOf(ClipTracked, { camera, clip }))) return;
  const { from, restarted } = await beginning(bus, clip);
  if (restarted) {
    log.warn({ restart: from.restart, why: restarted }, 'beginning the clip anew: it is decoded again');
    yield* restart(bus, arrival, from, restarted);
  }
  // The loop waits for answers to its looks, so they leave while it runs.
  yield* messagesOf<Outgoing | Commit, void>(
    (send, left) => follow({ bus, arrival, ...ways, from, log, send, signal: left }),
    signal,
  );
}

interface Following extends TrackingWays {
  readonly bus: Bus;
  readonly arrival: Incoming<typeof ClipArrived>;
  readonly from: TrackerCheckpoint;
  readonly log: Logger;
  readonly send: Send<Outgoing | Commit>;
  readonly signal: AbortSignal;
}

/** Follows the animals to the clip's end. */
async function follow({
  bus,
  arrival,
  options,
  follower,
  from,
  log,
  send,
  signal,
}: Following): Promise<void> {
  const { clip, camera, file, anchors } = arrival.body;
  log.info({ from: from.next, anchors: anchors.length }, 'tracking');
  const view = new BusClipView({ bus, arrival, log, signal, send, from, answerS: options.answerS });
  try {
    const tracking = new Tracking({ view, anchors, options, follower, from });
    let kept = from.next;
    for await (const step of tracking.progress()) {
      if (step) for await (const message of labelled(step, arrival, view)) await send(message);
      if (tracking.next - kept < options.checkpointEvery) continue;
      kept = tracking.next;
      await send(checkpoint(bus, clip, camera, tracking.checkpoint, view));
    }
    const { causes, ledger, looked, published, width, height } = tracking.checkpoint;
    const summary: ClipTracked = {
      clip,
      camera,
      file,
      width,
      height,
      fps: view.decoded?.fps ?? 1,
      tracks: published,
      causes,
      ledger,
      ...(looked && { looked }),
      ...(arrival.body.recordedAt && { recordedAt: arrival.body.recordedAt }),
      ...(view.decoded?.damage && { damage: view.decoded.damage }),
    };
    await send(outgoing(ClipTracked, { camera, clip }, summary, { parent: arrival.traceparent }));
    await send({ commit: () => free(bus, clip, camera) });
    log.info({ ...causes, ...ledger }, 'tracked');
  } catch (error) {
    if (!(error instanceof ClipGaveUp)) throw error;
    log.warn({ why: error.message }, 'clip failed in another stage');
    await send({ commit: () => free(bus, clip, camera) });
  } finally {
    view.close();
  }
}

/**
 * Where to begin. A checkpoint that can't be read is no place to go on from, and frames before it are freed: the clip
 * begins anew, and says why. So does one that began anew and died before its first checkpoint, because its frames may
 * be half freed.
 */
async function beginning(
  bus: Bus,
  clip: string,
): Promise<{ from: TrackerCheckpoint; restarted?: string | undefined }> {
  const { value, revision, misfit } = await bus.state.get(checkpointKey(clip), TrackerCheckpoint);
  if (value && (value.restart === 0 || value.next > 0)) return { from: value };
  if (!value && !misfit) return { from: initialCheckpoint() };
  return { from: initialCheckpoint(revision), restarted: misfit ?? 'it died before its first checkpoint' };
}

/**
 * First the checkpoint, which stops a decoding under way; then looks that wait, and the frames, which would otherwise
 * fill the stream before their turn; then the decoder is asked for all of them.
 */
async function* restart(
  bus: Bus,
  arrival: Incoming<typeof ClipArrived>,
  from: TrackerCheckpoint,
  reason: string,
): AsyncGenerator<Outgoing | Commit> {
  const { clip, camera, file, source } = arrival.body;
  yield {
    async commit() {
      await bus.state.put(checkpointKey(clip), from);
      await bus.purge(Look, { clip });
      await bus.purge(Frame, { camera, clip });
    },
  };
  const body = { clip, camera, file, source, restart: from.restart, reason };
  const id = `restarted:${clip}:${from.restart}`;
  yield outgoing(ClipRestarted, { camera, clip }, body, { id, parent: arrival.traceparent });
}

/** A step's labels, and its picture where it has any: the picture outlives the frame. */
async function* labelled(
  { frame, labels }: DecidedFrame,
  arrival: Incoming<typeof ClipArrived>,
  view: BusClipView,
): AsyncGenerator<Outgoing> {
  if (labels.length === 0) return;
  const { clip, camera } = arrival.body;
  const { index, pts, width, height } = frame;
  const parent = arrival.traceparent;
  for (const label of labels) {
    const { track, box, region } = label;
    const body: Track = {
      ...label,
      clip,
      camera,
      index,
      pts,
      box: [...box],
      region: region ? [...region] : null,
    };
    yield outgoing(Track, { clip, track, index }, body, { parent });
  }
  const payload = await view.jpeg(index);
  yield outgoing(Image, { clip, index }, { clip, index, width, height, pts }, { payload, parent });
}

/** Where to go on after a crash; what lies before it is freed, and the decoder may read on. */
function checkpoint(
  bus: Bus,
  clip: string,
  camera: string,
  state: TrackerCheckpoint,
  view: BusClipView,
): Commit {
  return {
    async commit() {
      await bus.state.put(checkpointKey(clip), state);
      const first = state.window[0]?.index ?? state.next;
      const before = view.sequenceBefore(Math.max(0, Math.min(first, state.previous)));
      if (before !== undefined) await bus.purge(Frame, { camera, clip }, before);
    },
  };
}

async function free(bus: Bus, clip: string, camera: string): Promise<void> {
  await bus.purge(Frame, { camera, clip });
  await bus.purge(Look, { clip });
  await bus.state.delete(checkpointKey(clip));
}
