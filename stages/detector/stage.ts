/**
 * Detector: answers looks. Any detector takes any look of any clip, because a look names its frame; so detectors scale
 * over processes and nodes. The active model is watched: a new one is loaded between two batches.
 */

import { openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import type { Detector } from '../../pipeline/domain/models/detector/detector.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { type Incoming, type Outgoing, outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { PoisonError, RetryableError } from '../../pipeline/runtime/errors.ts';
import type { Logger } from '../../pipeline/runtime/log/log.ts';
import { JobReport } from '../../pipeline/runtime/stage/progress.ts';
import { handler, stage } from '../../pipeline/runtime/stage/stage.ts';
import { Boxes } from '../../schemas/boxes.ts';
import { ClipFailed } from '../../schemas/clip-failed.ts';
import { ClipTracked } from '../../schemas/clip-tracked.ts';
import { DiffJob } from '../../schemas/diff-job.ts';
import { Frame } from '../../schemas/frame.ts';
import { Image } from '../../schemas/image.ts';
import { Look } from '../../schemas/look.ts';
import { subjectOf } from '../../schemas/message.ts';
import { Progress } from '../../schemas/progress.ts';
import { activeModelKey, checkpointKey } from '../../schemas/state.ts';
import { Batches } from './batches.ts';
import { ActiveDetector } from './bus/active-detector.ts';
import { lookWithModel } from './bus/diff-job.ts';
import { isWaitedFor } from './bus/waited-for.ts';
import { type CroppedFrame, cropFrame, detectRegions } from './detect-regions.ts';
import { DetectorOptions } from './options.ts';

const take = { type: Look, ackWaitS: 30, attempts: 5 };
const diffs = { type: DiffJob, ackWaitS: 60, attempts: 3 };

/** Looks that are done together where the configuration does not say. */
export const BATCH = { wasm: 1, native: 4, gpu: 16 } as const;

/** While one batch is computed, another one's frames are unpacked and a third one's are fetched. */
const BATCHES_IN_HAND = 3;

export const detector = stage({
  name: 'detector',
  summary: 'Finds animals in regions of frames',
  guarantee: 'Every look is answered: with boxes, or with the reason why the frame could not be looked at.',
  options: DetectorOptions,
  takes: [take, diffs],
  gives: [Boxes, Progress],
  reads: [Frame, Image, ClipTracked, ClipFailed],
  keeps: { watches: [activeModelKey('detector'), checkpointKey()], fetches: ['models'] },
  async start({ bus, log, options, signal }) {
    const backend = await openBackend(options.backend, 'one');
    log.info({ backend: backend.name, version: backend.version, why: backend.reason }, 'backend');
    const model = new ActiveDetector(bus, log, signal);
    await model.ready();
    const size = options.batch || BATCH[backend.name];
    const batches = new Batches(size, (frames: readonly CroppedFrame[]) =>
      detectBatch(model.current(), frames, options),
    );
    return {
      handlers: [
        handler({
          take,
          size,
          concurrency: BATCHES_IN_HAND,
          batch: async (looks) =>
            Promise.all(looks.map((look) => answerLook(bus, look, model.side, log, batches))),
          onDead: (look, reason) => [answer(look, { found: [], model: null, failure: reason })],
        }),
        handler({
          take: diffs,
          concurrency: 1,
          each: (input, context) => lookWithModel(bus, input, context),
          onDead: ({ body: { job } }, reason) => [new JobReport('diff', job).failed(reason)],
        }),
      ],
      stop: () => model.close(),
    };
  },
});

type Detections = Pick<Boxes, 'found' | 'model'>;

async function answerLook(
  bus: Bus,
  look: Incoming<typeof Look>,
  side: number,
  log: Logger,
  batches: Batches<CroppedFrame, Detections>,
): Promise<Outgoing[] | Error> {
  const { clip, index, frame: subject, regions } = look.body;
  try {
    const camera = cameraIn(look.body);
    const frame = await bus.last(camera === null ? Image : Frame, subject);
    if (!frame) {
      const failure = `${subject} is not on the bus any more`;
      if (camera === null || (await isWaitedFor(bus, look.body, camera))) throw new PoisonError(failure);
      log.debug({ clip, index }, 'a look that nobody waits for');
      return [answer(look, { found: [], model: null, failure })];
    }
    const prepared = await cropFrame({ frame: frame.payload, name: subject, regions }, side);
    return [answer(look, await batches.add(prepared))];
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** @returns null where it looks at a picture that is kept; @throws PoisonError where it is of another frame */
function cameraIn({ clip, index, frame }: Look): string | null {
  const image = subjectOf(Image, { clip, index });
  if (frame === image) return null;
  const camera = frame.startsWith('image.') ? '' : (frame.split('.')[1] ?? '');
  const expected = camera ? subjectOf(Frame, { camera, clip, index }) : image;
  if (frame !== expected) throw new PoisonError('a look at a frame of another', { found: frame, expected });
  return camera;
}

async function detectBatch(
  detector: Detector,
  frames: readonly CroppedFrame[],
  options: DetectorOptions,
): Promise<Detections[]> {
  const { id, side } = detector.card;
  if (frames.some(({ crops }) => crops.some(({ raster }) => raster.width !== side)))
    throw new RetryableError('the model changed to one of another size meanwhile');
  const found = await detectRegions(detector, frames, options);
  return found.map((regions) => ({ found: regions, model: id }));
}

function answer(look: Incoming<typeof Look>, result: Pick<Boxes, 'found' | 'model' | 'failure'>): Outgoing {
  const { clip, index, regions, restart = 0 } = look.body;
  const options = { id: `box:${look.id}`, parent: look.traceparent };
  return outgoing(Boxes, { clip, index }, { clip, index, regions, restart, ...result }, options);
}
