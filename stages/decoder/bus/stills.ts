/** Single frames, by exact index: what a person draws on is what the tracker gets. */
import { probeClip } from '../../../pipeline/domain/vision/video-probe.ts';
import { framesAt } from '../../../pipeline/domain/vision/video-seek.ts';
import { type Incoming, type Outgoing, outgoing } from '../../../pipeline/runtime/bus/envelope.ts';
import { PoisonError } from '../../../pipeline/runtime/errors.ts';
import { JobReport } from '../../../pipeline/runtime/stage/progress.ts';
import type { Context } from '../../../pipeline/runtime/stage/stage.ts';
import { Image } from '../../../schemas/image.ts';
import type { StillsJob } from '../../../schemas/stills-job.ts';
import type { DecoderOptions } from '../options.ts';
import type { SeekIndexes } from '../seek-indexes.ts';

/** What can't be had is said at once: somebody is waiting for it. It is an answer, and no dead letter. */
export async function* decodeStills(
  { body: { job, kind, clip, source, indices }, traceparent: parent }: Incoming<typeof StillsJob>,
  { quality, maxFrameKiB, streamTimeoutS: timeoutS }: DecoderOptions,
  indexes: SeekIndexes,
  { signal, log }: Context,
): AsyncGenerator<Outgoing> {
  try {
    const { width, height } = await probeClip(source, { signal, timeoutS });
    for await (const frame of framesAt(source, indices, indexes.of(clip), { signal, timeoutS })) {
      const { index, pts } = frame;
      const payload = await frame.jpeg(quality, maxFrameKiB * 1024);
      yield outgoing(Image, { clip, index }, { clip, index, width, height, pts }, { payload, parent });
    }
  } catch (error) {
    if (!(error instanceof PoisonError)) throw error;
    log.info({ clip, why: error.message }, 'frames not given');
    yield new JobReport(kind, job, parent).failed(error.message);
  }
}
