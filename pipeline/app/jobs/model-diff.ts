/** What a model would change in the labels of a job's clips. */

import { ClipArrived } from '../../../schemas/clip-arrived.ts';
import { type DiffClip, type ModelDiffResult, ModelDiffs } from '../../../stages/filter/bus/model-diffs.ts';
import { type PictureSource, Pictures } from '../../../stages/filter/bus/pictures.ts';
import { clipContexts, labelsOf, trackedClips } from '../../domain/labels/labels.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import type { LoggedContext } from './context.ts';

/** What a command prints. */
export interface ModelDiffReport extends ModelDiffResult {
  readonly model: string;
  /** By clip: its file. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * A detector looks at frames of all labelled clips with the model.
 * @throws UsageError where no clip is labelled; PoisonError where there is no such model, or it is no detector
 */
export async function diffModel(
  model: string,
  { bus, meters, signal, log }: LoggedContext,
): Promise<ModelDiffReport> {
  const clips = await labelledClips(bus);
  const meter = meters.start('looking');
  const onProgress = ({ done, total }: { done: number; total: number }) => meter.update(done, total);
  const result = await new ModelDiffs(bus, new Pictures(bus, log)).diff(model, clips, { signal, onProgress });
  meter.done(`${result.looked} of ${result.frames} frames`);
  const tracked = await trackedClips(bus);
  return { ...result, model, files: new Map(tracked.map(({ clip, file }) => [clip, file])) };
}

async function labelledClips(bus: Bus): Promise<DiffClip[]> {
  const sources = new Map<string, PictureSource>();
  for await (const { body } of bus.stored(ClipArrived)) sources.set(body.clip, body);
  const contexts = await clipContexts(bus);
  const clips: DiffClip[] = [];
  for (const { clip, width, height, ledger } of await trackedClips(bus)) {
    const labels = await labelsOf(bus, clip, contexts);
    const source = sources.get(clip) ?? null;
    clips.push({ ...{ clip, width, height, labels, source }, frames: ledger.decoded });
  }
  return clips;
}
