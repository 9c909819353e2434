/**
 * Detector: answers looks. Any detector takes any look of any clip, because a look names its frame; so detectors scale
 * over processes and nodes. The active model is watched: a new one is loaded between two batches.
 */

import { openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { Detector } from '../../pipeline/domain/models/detector/detector.ts';
import { activeModel, fetchModel, watchActive } from '../../pipeline/domain/models/registry.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { type Incoming, type Outgoing, outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { FatalError, PoisonError, RetryableError, reasonOf } from '../../pipeline/runtime/errors.ts';
import type { Logger } from '../../pipeline/runtime/log/log.ts';
import { retryForever } from '../../pipeline/runtime/retry.ts';
import { handler, stage } from '../../pipeline/runtime/stage/stage.ts';
import { Boxes } from '../../schemas/boxes.ts';
import { Frame } from '../../schemas/frame.ts';
import { Look } from '../../schemas/look.ts';
import { activeModelKey } from '../../schemas/state.ts';
import { Batches } from './batches.ts';
import { type CroppedFrame, cropFrame, detectRegions } from './detect-regions.ts';
import { DetectorOptions } from './options.ts';

const take = { type: Look, ackWaitS: 30, attempts: 5 };

/** Looks that are done together where nobody has said. */
export const BATCH = { wasm: 1, native: 4, gpu: 16 } as const;

/** While one batch is computed, another one's frames are unpacked and a third one's are fetched. */
const BATCHES_IN_HAND = 3;

export const detector = stage({
  name: 'detector',
  summary: 'Finds animals in regions of frames',
  guarantee: 'Every look is answered: with boxes, or with the reason why the frame could not be looked at.',
  options: DetectorOptions,
  takes: [take],
  gives: [Boxes],
  reads: [Frame],
  keeps: { watches: [activeModelKey('detector')], fetches: ['models'] },
  async start({ bus, log, options, signal }) {
    const backend = await openBackend(options.backend, 'one');
    log.info({ backend: backend.name, version: backend.version, why: backend.reason }, 'backend');
    const model = new ActiveDetector(bus, log, signal);
    await model.ready();
    const size = options.batch || BATCH[backend.name];
    const batches = new Batches(size, (frames: readonly CroppedFrame[]) =>
      seen(model.current(), frames, options),
    );
    return {
      handlers: [
        handler({
          take,
          size,
          concurrency: BATCHES_IN_HAND,
          batch: async (looks) =>
            Promise.all(looks.map((look) => answerLook(bus, look, model.side, batches))),
          onDead: (look, reason) => [answer(look, { found: [], model: null, failure: reason })],
        }),
      ],
      stop: () => model.close(),
    };
  },
});

type Seen = Pick<Boxes, 'found' | 'model'>;

async function answerLook(
  bus: Bus,
  look: Incoming<typeof Look>,
  side: number,
  batches: Batches<CroppedFrame, Seen>,
): Promise<Outgoing[] | Error> {
  const { frame: subject, regions } = look.body;
  try {
    const frame = await bus.last(Frame, subject);
    if (!frame) throw new PoisonError(`${subject} is not on the bus any more`);
    const prepared = await cropFrame({ frame: frame.payload, name: subject, regions }, side);
    return [answer(look, await batches.add(prepared))];
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function seen(
  detector: Detector,
  frames: readonly CroppedFrame[],
  options: DetectorOptions,
): Promise<Seen[]> {
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

/** Before a model is fetched again whose fetching failed. */
const RELOAD_BACKOFF = { firstMs: 1_000, longestMs: 30_000 };

/** The active detector, reloaded when the pointer changes; the old one serves until the new one is ready. */
class ActiveDetector {
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
