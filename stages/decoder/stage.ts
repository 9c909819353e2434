/** Decoder: a clip's frames, each as a JPEG in a message of its own, never far ahead of the tracker. */

import type { DecodeSummary } from '../../pipeline/domain/vision/video-damage.ts';
import { decodeClip } from '../../pipeline/domain/vision/video-decode.ts';
import { probeClip } from '../../pipeline/domain/vision/video-probe.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { type Incoming, type Outgoing, outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { RetryableError } from '../../pipeline/runtime/errors.ts';
import { JobReport } from '../../pipeline/runtime/stage/progress.ts';
import { type Commit, type Context, handler, stage } from '../../pipeline/runtime/stage/stage.ts';
import { ClipArrived } from '../../schemas/clip-arrived.ts';
import { ClipDecoded } from '../../schemas/clip-decoded.ts';
import { ClipFailed } from '../../schemas/clip-failed.ts';
import { ClipRestarted } from '../../schemas/clip-restarted.ts';
import { ClipTracked } from '../../schemas/clip-tracked.ts';
import { Frame } from '../../schemas/frame.ts';
import { Image } from '../../schemas/image.ts';
import { subjectOf } from '../../schemas/message.ts';
import { Progress } from '../../schemas/progress.ts';
import { checkpointKey } from '../../schemas/state.ts';
import { StillsJob } from '../../schemas/stills-job.ts';
import { Pace } from './bus/pace.ts';
import { decodeStills } from './bus/stills.ts';
import { DecoderOptions } from './options.ts';
import { SeekIndexes } from './seek-indexes.ts';
import { selection } from './selection.ts';

const arrivals = { type: ClipArrived, ackWaitS: 30, attempts: 10 };
const stills = { type: StillsJob, ackWaitS: 60, attempts: 3 };
const restarts = { type: ClipRestarted, ackWaitS: 30, attempts: 10 };

export const decoder = stage({
  name: 'decoder',
  summary: 'Splits a clip into frames',
  guarantee:
    'Every decoded frame is on the bus once, skipped ones with their reason. A process that takes a clip over goes on near the tracker’s checkpoint.',
  options: DecoderOptions,
  takes: [arrivals, restarts, stills],
  gives: [Frame, Image, ClipDecoded, ClipFailed, Progress],
  reads: [ClipTracked, ClipFailed],
  keeps: { watches: [checkpointKey()], frees: [Frame] },
  async start({ bus, options }) {
    const indexes = new SeekIndexes();
    return {
      handlers: [
        handler({
          take: arrivals,
          concurrency: options.clips,
          each: (input, context) => decode(bus, requestOf(input, 0), { ...options, indexes }, context),
          onDead: (input, reason) => [clipFailed(requestOf(input, 0), reason)],
        }),
        // Beside the arrivals, because one of them may be waiting for the tracker that has begun anew.
        handler({
          take: restarts,
          concurrency: options.clips,
          each: (input, context) =>
            decode(bus, requestOf(input, input.body.restart), { ...options, indexes }, context),
          onDead: (input, reason) => [clipFailed(requestOf(input, input.body.restart), reason)],
        }),
        // Somebody is looking at the page: beside whatever else is decoded.
        handler({
          take: stills,
          concurrency: 3,
          each: (input, context) => decodeStills(input, options, indexes, context),
          onDead: ({ body: { kind, job } }, reason) => [new JobReport(kind, job).failed(reason)],
        }),
      ],
    };
  },
});

/** The stage's options, and what it remembers of clips. */
interface Decoding extends DecoderOptions {
  readonly indexes: SeekIndexes;
}

/** What is to be decoded, and for which message. */
interface DecodeRequest extends Pick<ClipArrived, 'clip' | 'camera' | 'file' | 'source'> {
  readonly restart: number;
  readonly sequence: number;
  readonly parent: string;
}

function requestOf(
  input: Incoming<typeof ClipArrived | typeof ClipRestarted>,
  restart: number,
): DecodeRequest {
  const { clip, camera, file, source } = input.body;
  return { clip, camera, file, source, restart, sequence: input.sequence, parent: input.traceparent };
}

async function* decode(
  bus: Bus,
  request: DecodeRequest,
  options: Decoding,
  { log, signal }: Context,
): AsyncGenerator<Outgoing | Commit> {
  if (await isOver(bus, request)) {
    yield freed(bus, request);
    return;
  }
  const pace = await Pace.open(bus, request, options.ahead, signal);
  try {
    if (pace.restart === request.restart) yield* decodeAtPace(request, pace, options, { log, signal });
    if (pace.isOver) {
      log.info('nobody waits for this clip any more');
      yield freed(bus, request);
    } else if (pace.isOutdated || pace.restart !== request.restart)
      log.info('decoding is left to the restart that the tracker asked for');
  } finally {
    pace.close();
  }
}

/** What was decoded after the clip was over and its frames were freed. */
function freed(bus: Bus, { camera, clip }: DecodeRequest): Commit {
  return {
    async commit() {
      await bus.purge(Frame, { camera, clip });
    },
  };
}

/** Ends without {@link ClipDecoded} where the tracker begins the clip anew, or another stage gave it up. */
async function* decodeAtPace(
  { clip, camera, file, source, restart, parent }: DecodeRequest,
  pace: Pace,
  options: Decoding,
  { log, signal }: Context,
): AsyncGenerator<Outgoing> {
  const { streamTimeoutS: timeoutS } = options;
  const info = await probeClip(source, { signal, timeoutS });
  log.info({ file, restart, ...info }, 'decoding');
  const skipReason = selection(options);
  const seekIndex = options.indexes.of(clip);
  // The tracker needs the frame before its next one for the difference.
  const first = Math.max(0, pace.next - 1);
  let summary: DecodeSummary | undefined;
  const onEnd = (end: DecodeSummary) => {
    summary = end;
  };
  for await (const frame of decodeClip(source, { signal, timeoutS, onEnd })) {
    seekIndex.note(frame);
    let skipped = skipReason(frame.index, frame.pts);
    if (frame.index < first) continue;
    if (!pace.mayGo(frame.index)) {
      if (options.policy === 'skip') skipped ??= 'overload';
      else await pace.reach(frame.index);
    }
    if (pace.isOutdated || pace.isOver) return;
    const { index, pts } = frame;
    // A frame that was freed is stored again only under another id.
    const id = `frame.${camera}.${clip}.${index}${restart > 0 ? `.${restart}` : ''}`;
    const facts: Frame = { clip, camera, index, pts, width: info.width, height: info.height };
    if (skipped) {
      yield outgoing(Frame, { camera, clip, index }, { ...facts, skipped }, { id, parent });
    } else {
      const payload = await frame.jpeg(options.quality, options.maxFrameKiB * 1024);
      yield outgoing(Frame, { camera, clip, index }, facts, { id, payload, parent });
    }
  }
  if (!summary) throw new RetryableError(`${file}: decoding stopped before the end`);
  const { frames, damage } = summary;
  if (damage) log.warn({ ...damage }, 'damaged clip');
  const { width, height } = info;
  const body = {
    clip,
    camera,
    frames,
    width,
    height,
    fps: info.fps || 1,
    restart,
    ...(damage && { damage }),
  };
  yield outgoing(ClipDecoded, { camera, clip }, body, { id: `decoded:${clip}:${restart}`, parent });
  log.info({ frames }, 'decoded');
}

function clipFailed({ clip, camera, file, sequence }: DecodeRequest, reason: string): Outgoing {
  const body = { clip, camera, file, stage: 'decoder', reason };
  return outgoing(ClipFailed, { camera, clip }, body, { id: `failed:decoder:${clip}:${sequence}` });
}

/** A clip that was tracked, or given up since it was asked for, needs no frames any more. */
async function isOver(bus: Bus, { clip, camera, sequence }: DecodeRequest): Promise<boolean> {
  if (await bus.last(ClipTracked, subjectOf(ClipTracked, { camera, clip }))) return true;
  const failed = await bus.last(ClipFailed, subjectOf(ClipFailed, { camera, clip }));
  return failed !== null && failed.sequence > sequence;
}
