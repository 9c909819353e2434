/**
 * Detector: answers looks. Any detector takes any look of any clip, because a look names its frame; so detectors scale
 * over processes and nodes. The active model is watched: a new one is loaded between two batches.
 */
import type { Bus } from '../../pipeline/bus/bus.ts';
import { type Incoming, type Outgoing, outgoing } from '../../pipeline/bus/envelope.ts';
import { PoisonError, reasonOf } from '../../pipeline/errors.ts';
import type { Logger } from '../../pipeline/log/log.ts';
import { openBackend } from '../../pipeline/models/backend/backend.ts';
import { Detector } from '../../pipeline/models/detector.ts';
import { fetchModel, watchActive } from '../../pipeline/models/registry.ts';
import { handler, stage } from '../../pipeline/stage/stage.ts';
import { Boxes } from '../../schemas/boxes.ts';
import { Frame } from '../../schemas/frame.ts';
import { Look } from '../../schemas/look.ts';
import { lookAt, type Prepared, prepare } from './looker.ts';
import { DetectorOptions } from './options.ts';

const take = { type: Look, leaseS: 30, attempts: 5 };

const BATCH = { wasm: 1, native: 4, gpu: 16 } as const;

export const detector = stage({
  name: 'detector',
  summary: 'Finds animals in regions of frames',
  guarantee: 'Every look is answered: with boxes, or with the reason why the frame could not be looked at.',
  options: DetectorOptions,
  takes: [take],
  gives: [Boxes],
  reads: [Frame],
  async start({ bus, log, options, signal }) {
    const backend = await openBackend(options.backend);
    log.info({ ...backend }, 'backend');
    const model = new ActiveDetector(bus, log, signal);
    await model.ready();
    return {
      handlers: [
        handler({
          take,
          size: options.batch || BATCH[backend.name],
          batch: async (looks) => answerLooks(bus, model.current(), looks, options),
          obituary: (look, reason) => [answer(look, { found: [], model: null, failure: reason })],
        }),
      ],
      stop: () => model.close(),
    };
  },
});

async function answerLooks(
  bus: Bus,
  detector: Detector,
  looks: readonly Incoming<typeof Look>[],
  options: DetectorOptions,
): Promise<(Outgoing[] | Error)[]> {
  const prepared = await Promise.all(
    looks.map(async ({ body: { frame: subject, regions } }): Promise<Prepared | Error> => {
      try {
        const frame = await bus.last(Frame, subject);
        if (!frame) throw new PoisonError(`${subject} is not on the bus any more`);
        return await prepare({ frame: frame.payload, name: subject, regions }, detector.card.side);
      } catch (error) {
        return error instanceof Error ? error : new Error(String(error));
      }
    }),
  );
  const found = await lookAt(
    detector,
    prepared.filter((one): one is Prepared => !(one instanceof Error)),
    options,
  );
  return looks.map((look, i) => {
    const one = prepared[i];
    if (one instanceof Error) return one;
    return [answer(look, { found: found.shift() ?? [], model: detector.card.id })];
  });
}

function answer(look: Incoming<typeof Look>, result: Pick<Boxes, 'found' | 'model' | 'failure'>): Outgoing {
  const { clip, index, regions } = look.body;
  const options = { id: `box:${look.id}`, parent: look.traceparent };
  return outgoing(Boxes, { clip, index }, { clip, index, regions, ...result }, options);
}

/** The active detector, reloaded when the pointer changes; the old one serves until the new one is ready. */
class ActiveDetector {
  #detector: Detector | undefined;
  #next: Detector | undefined;
  #waiting: (() => void) | undefined;

  constructor(bus: Bus, log: Logger, signal: AbortSignal) {
    signal.addEventListener('abort', () => this.#waiting?.(), { once: true });
    void this.#watch(bus, log, signal);
  }

  /** Resolves when there is a model, or when the stage stops. */
  async ready(): Promise<void> {
    if (this.#next) return;
    await new Promise<void>((resolve) => {
      this.#waiting = resolve;
    });
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

  async close(): Promise<void> {
    this.#next?.dispose();
    this.#detector?.dispose();
  }

  async #watch(bus: Bus, log: Logger, signal: AbortSignal): Promise<void> {
    const active = watchActive(bus, 'detector', signal);
    log.info('waiting for an active model');
    for await (const { model } of active) {
      try {
        const loaded = await Detector.load(await fetchModel(bus, model));
        log.info({ model, classes: loaded.card.classes, network: loaded.card.network }, 'model loaded');
        this.#next?.dispose();
        this.#next = loaded;
        this.#waiting?.();
      } catch (error) {
        log.error({ model, why: reasonOf(error) }, 'model not loaded: the one before stays');
      }
    }
  }
}
