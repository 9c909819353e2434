/** Models in the studio: which there are, which one is used, what one would change, and why the active one sees an animal. */
import { setTimeout } from 'node:timers/promises';
import { activateByHand, trainedModels } from '../../../pipeline/domain/models/stored-models.ts';
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import { UsageError } from '../../../pipeline/runtime/errors.ts';
import type { Logger } from '../../../pipeline/runtime/log/log.ts';
import type { ModelDiff, ModelView, Why } from '../studio/api.ts';
import { modelView } from '../studio/model-view.ts';
import type { Projection } from '../studio/projection.ts';
import { Explanations } from './explanations.ts';
import { diffClips, ModelDiffs } from './model-diffs.ts';
import { type Pictures, pictureSource } from './pictures.ts';

/** How long a detector may look at frames with another model, ms, and how long a request waits for it. */
const DIFF_MS = 900_000;
const WAITED_MS = 20_000;

export class Models {
  readonly #bus: Bus;
  readonly #projection: Projection;
  readonly #explanations: Explanations;
  readonly #diffs: ModelDiffs;

  constructor(bus: Bus, projection: Projection, pictures: Pictures, log: Logger) {
    this.#bus = bus;
    this.#projection = projection;
    this.#explanations = new Explanations(bus, pictures, log);
    this.#diffs = new ModelDiffs(bus, pictures);
  }

  /** The newest first. */
  async all(): Promise<ModelView[]> {
    return (await trainedModels(this.#bus)).map(modelView).reverse();
  }

  /** @throws UsageError where another one became active meanwhile; PoisonError where there is no such model */
  async activate(model: string): Promise<void> {
    await activateByHand(this.#bus, model);
  }

  /**
   * What it would change in the labels that stand. A detector goes on looking, whoever waits for it.
   * @throws UsageError where no clip is labelled; PoisonError where there is no such model, or it is no detector
   */
  async diff(model: string): Promise<ModelDiff> {
    const signal = AbortSignal.timeout(DIFF_MS);
    const looking = this.#diffs.diff(model, diffClips(this.#projection), { signal });
    const done = looking.then((result) => ({ state: 'done' as const, ...result }));
    return Promise.race([done, setTimeout(WAITED_MS, { state: 'looking' as const }, { ref: false })]);
  }

  /**
   * Why the active detector sees a label's animal, and whether to trust that; null where the explainer takes longer.
   * @throws UsageError where there is no such label, or no model decided on it
   */
  why(clip: string, track: number, index: number): Promise<Why | null> {
    const labels = this.#projection.labels(clip)?.track(track)?.labels ?? [];
    const label = labels.find((one) => one.track.index === index);
    if (!label) throw new UsageError(`track ${track} of clip ${clip} has no label on frame ${index}`);
    return this.#explanations.why(label, pictureSource(this.#projection, clip));
  }

  /** The PNG of an explanation; null where there is none. */
  figure(job: string): Promise<Uint8Array | null> {
    return this.#explanations.figure(job);
  }
}
