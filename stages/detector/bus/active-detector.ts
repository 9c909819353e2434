/** The active detector, reloaded when the pointer changes; the old one serves until the new one is ready. */
import { Detector } from '../../../pipeline/domain/models/detector/detector.ts';
import { activeModel, fetchModel, watchActive } from '../../../pipeline/domain/models/registry.ts';
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import { FatalError, PoisonError, reasonOf } from '../../../pipeline/runtime/errors.ts';
import type { Logger } from '../../../pipeline/runtime/log/log.ts';
import { retryForever } from '../../../pipeline/runtime/retry.ts';

/** Before a model is fetched again whose fetching failed. */
const RELOAD_BACKOFF = { firstMs: 1_000, longestMs: 30_000 };

export class ActiveDetector {
  readonly #bus: Bus;
  readonly #log: Logger;
  readonly #signal: AbortSignal;
  #detector: Detector | undefined;
  #next: Detector | undefined;
  readonly #ready = Promise.withResolvers<void>();

  constructor(bus: Bus, log: Logger, signal: AbortSignal) {
    this.#bus = bus;
    this.#log = log;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#ready.resolve(), { once: true });
    this.#watch().catch((error: unknown) => this.#ready.reject(error));
  }

  /**
   * Resolves when there is a model, or when the stage stops.
   * @throws FatalError where the active model can never be loaded, and there is none before it that could serve
   */
  ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** To be asked for before each batch: a new model takes over here, between two batches. */
  current(): Detector {
    if (this.#next) {
      this.#detector?.dispose();
      this.#detector = this.#next;
      this.#next = undefined;
    }
    if (!this.#detector) throw new PoisonError('there is no active detector');
    return this.#detector;
  }

  /** Of the network's input, px. */
  get side(): number {
    const latest = this.#latest;
    if (!latest) throw new PoisonError('there is no active detector');
    return latest.card.side;
  }

  get #latest(): Detector | undefined {
    return this.#next ?? this.#detector;
  }

  async close(): Promise<void> {
    this.#next?.dispose();
    this.#detector?.dispose();
  }

  async #watch(): Promise<void> {
    const changes = watchActive(this.#bus, 'detector', this.#signal);
    this.#log.info('waiting for an active model');
    for await (const { model } of changes) await this.#load(model);
  }

  /** Until it is loaded, or never can be, or another one is active. */
  async #load(asked: string): Promise<void> {
    const load = async () => {
      const model = (await activeModel(this.#bus, 'detector'))?.model ?? asked;
      if (model !== this.#latest?.card.id) await this.#take(model);
    };
    try {
      await retryForever(load, {
        backoff: RELOAD_BACKOFF,
        isTransient: (error) => !(error instanceof PoisonError),
        onFailure: (error) => this.#log.warn({ model: asked, why: reasonOf(error) }, 'model not loaded yet'),
        signal: this.#signal,
      });
    } catch (error) {
      if (!this.#signal.aborted) this.#refuse(asked, reasonOf(error));
    }
  }

  async #take(model: string): Promise<void> {
    const loaded = await Detector.load(await fetchModel(this.#bus, model));
    this.#log.info({ model, classes: loaded.card.classes, network: loaded.card.network }, 'model loaded');
    this.#next?.dispose();
    this.#next = loaded;
    this.#ready.resolve();
  }

  #refuse(model: string, why: string): void {
    if (!this.#latest) {
      const expected = '`shika models activate` with another one, or a new training';
      throw new FatalError(`the active detector ${model} can't be loaded: ${why}`, { expected });
    }
    this.#log.error({ model, why }, 'model not loaded: the one before stays');
  }
}
