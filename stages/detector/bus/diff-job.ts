/** What a model that need not be the active one finds in frames that are kept. */
import { fetchPicture } from '../../../pipeline/domain/datasets/store.ts';
import { Detector } from '../../../pipeline/domain/models/detector/detector.ts';
import { fetchModel } from '../../../pipeline/domain/models/registry.ts';
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import type { Incoming, Outgoing } from '../../../pipeline/runtime/bus/envelope.ts';
import { PoisonError, reasonOf } from '../../../pipeline/runtime/errors.ts';
import { JobReport } from '../../../pipeline/runtime/stage/progress.ts';
import type { Context } from '../../../pipeline/runtime/stage/stage.ts';
import type { DiffFrame, DiffJob, DiffResult } from '../../../schemas/diff-job.ts';
import { cropFrame, detectRegions } from '../detect-regions.ts';

/** What is reported of a region: the tracker would take no less, and more would not fit in a message. */
const rules = { minScore: 0.1, most: 6 };

/** Frames between two messages of how far it is. */
const TOLD_EVERY = 8;

/** Frame by frame, so that looks of clips that are being tracked come in between. */
export async function* lookWithModel(
  bus: Bus,
  { body: { job, model, frames }, traceparent }: Incoming<typeof DiffJob>,
  { log, signal }: Context,
): AsyncGenerator<Outgoing> {
  const messages = new JobReport('diff', job, traceparent);
  const detector = await Detector.load(await fetchModel(bus, model));
  try {
    const found: DiffResult['found'] = [];
    for (const frame of frames) {
      signal.throwIfAborted();
      found.push(await look(bus, detector, frame, log));
      const done = found.length;
      if (done % TOLD_EVERY === 0) yield messages.running({ done, total: frames.length }, `${done}`);
    }
    yield messages.done({ found });
  } finally {
    detector.dispose();
  }
}

/** null where the frame can't be looked at: the others can. */
async function look(
  bus: Bus,
  detector: Detector,
  { clip, index, regions }: DiffFrame,
  log: Context['log'],
): Promise<DiffResult['found'][number]> {
  try {
    const name = `frame ${index} of clip ${clip}`;
    const picture = await fetchPicture(bus, { clip, index });
    const cropped = await cropFrame({ frame: picture, name, regions }, detector.card.side);
    return (await detectRegions(detector, [cropped], rules))[0] ?? null;
  } catch (error) {
    if (!(error instanceof PoisonError)) throw error;
    log.debug({ clip, index, why: reasonOf(error) }, 'not looked at');
    return null;
  }
}
