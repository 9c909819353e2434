/** Decoder: a clip's frames, each as a JPEG in a message of its own, never far ahead of the tracker. */

import { type DecodeSummary, decodeClip } from '../../pipeline/domain/vision/video-decode.ts';
import { probeClip } from '../../pipeline/domain/vision/video-probe.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { type Incoming, type Outgoing, outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { RetryableError } from '../../pipeline/runtime/errors.ts';
import { type Context, handler, stage } from '../../pipeline/runtime/stage/stage.ts';
import { ClipArrived } from '../../schemas/clip-arrived.ts';
import { ClipDecoded } from '../../schemas/clip-decoded.ts';
import { ClipFailed } from '../../schemas/clip-failed.ts';
import { ClipTracked } from '../../schemas/clip-tracked.ts';
import { Frame } from '../../schemas/frame.ts';
import { subjectOf } from '../../schemas/message.ts';
import { checkpointKey } from '../../schemas/state.ts';
import { Pace } from './bus/pace.ts';
import { DecoderOptions } from './options.ts';
import { selection } from './selection.ts';

const take = { type: ClipArrived, ackWaitS: 30, attempts: 10 };

export const decoder = stage({
  name: 'decoder',
  summary: 'Splits a clip into frames',
  guarantee:
    'Every decoded frame is on the bus once, skipped ones with their reason. A process that takes a clip over goes on near the tracker’s checkpoint.',
  options: DecoderOptions,
  takes: [take],
  gives: [Frame, ClipDecoded, ClipFailed],
  reads: [ClipTracked, ClipFailed],
  keeps: { watches: [checkpointKey()] },
  async start({ bus, options }) {
    return {
      handlers: [
        handler({
          take,
          concurrency: options.clips,
          each: (input, context) => decodeArrived(bus, input, options, context),
          onDead: ({ body: { clip, camera, file }, sequence }, reason) => [
            outgoing(
              ClipFailed,
              { camera, clip },
              { clip, camera, file, stage: 'decoder', reason },
              { id: `failed:decoder:${clip}:${sequence}` },
            ),
          ],
        }),
      ],
    };
  },
});

async function* decodeArrived(
  bus: Bus,
  arrival: Incoming<typeof ClipArrived>,
  options: DecoderOptions,
  { log, signal }: Context,
): AsyncGenerator<Outgoing> {
  const { clip, camera, source } = arrival.body;
  if (await isOver(bus, arrival)) return;
  const info = await probeClip(source, { signal });
  log.info({ file: arrival.body.file, ...info }, 'decoding');
  const parent = arrival.traceparent;
  const whyNot = selection(options);
  const pace = await Pace.open(bus, clip, options.ahead, signal);
  // The tracker needs the frame before its next one for the difference.
  const first = Math.max(0, pace.next - 1);
  let summary: DecodeSummary | undefined;
  try {
    const onEnd = (end: DecodeSummary) => {
      summary = end;
    };
    for await (const frame of decodeClip(source, { signal, onEnd })) {
      let skipped = whyNot(frame.index, frame.pts);
      if (frame.index < first) continue;
      if (!pace.mayGo(frame.index)) {
        if (options.policy === 'skip') skipped ??= 'overload';
        else await pace.reach(frame.index);
      }
      const { index, pts } = frame;
      const facts: Frame = { clip, camera, index, pts, width: info.width, height: info.height };
      if (skipped) {
        yield outgoing(Frame, { camera, clip, index }, { ...facts, skipped }, { parent });
      } else {
        const payload = await frame.jpeg(options.quality, options.maxFrameKiB * 1024);
        yield outgoing(Frame, { camera, clip, index }, facts, { payload, parent });
      }
    }
  } finally {
    pace.close();
  }
  if (!summary) throw new RetryableError(`${arrival.body.file}: decoding stopped before the end`);
  const damaged = summary.lostPackets + summary.damagedFrames;
  if (summary.damage) log.warn({ ...summary }, 'damaged clip');
  yield outgoing(
    ClipDecoded,
    { camera, clip },
    {
      clip,
      camera,
      frames: summary.frames,
      width: info.width,
      height: info.height,
      fps: info.fps || 1,
      damaged,
    },
    { parent },
  );
  log.info({ frames: summary.frames, damaged }, 'decoded');
}

/** A clip that was tracked, or given up since it arrived, needs no frames any more. */
async function isOver(
  bus: Bus,
  { body: { clip, camera }, sequence }: Incoming<typeof ClipArrived>,
): Promise<boolean> {
  if (await bus.last(ClipTracked, subjectOf(ClipTracked, { camera, clip }))) return true;
  const failed = await bus.last(ClipFailed, subjectOf(ClipFailed, { camera, clip }));
  return failed !== null && failed.sequence > sequence;
}
