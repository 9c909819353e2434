/** Explainer: a picture and a question in; a map, a figure and whether to trust it out. */
import type { Bus } from '../../pipeline/bus/bus.ts';
import { type Incoming, type Outgoing, outgoing } from '../../pipeline/bus/envelope.ts';
import { fetchPicture } from '../../pipeline/datasets/store.ts';
import { PoisonError } from '../../pipeline/errors.ts';
import { openBackend } from '../../pipeline/models/backend/backend.ts';
import { Detector } from '../../pipeline/models/detector.ts';
import { activeModel, fetchModel } from '../../pipeline/models/registry.ts';
import { type Context, handler, stage } from '../../pipeline/stage/stage.ts';
import { decodeImage } from '../../pipeline/vision/image.ts';
import { ExplainJob } from '../../schemas/explain-job.ts';
import { Image } from '../../schemas/image.ts';
import { Progress } from '../../schemas/progress.ts';
import { explain } from './explain.ts';
import { explanationFiles } from './files.ts';
import { ExplainerOptions } from './options.ts';

const take = { type: ExplainJob, leaseS: 60, attempts: 3 };

export const explainer = stage({
  name: 'explainer',
  summary: 'Draws why a model gives a box, and says whether the evidence lies on the animal',
  guarantee: 'The same job gives the same map; done again, it replaces its own files.',
  options: ExplainerOptions,
  takes: [take],
  gives: [Progress],
  reads: [Image],
  async start({ bus, log, options }) {
    const backend = await openBackend(options.backend);
    log.info({ ...backend }, 'backend');
    const models = new LastModel(bus);
    return {
      handlers: [
        handler({
          take,
          concurrency: 1,
          each: (input, context) => answer(bus, models, input, options, context),
          obituary: ({ body: { job } }, reason) => [
            progress({ job, state: 'failed', done: 0, total: 1, figures: {}, reason }, 'failed'),
          ],
        }),
      ],
      stop: async () => models.dispose(),
    };
  },
});

async function* answer(
  bus: Bus,
  models: LastModel,
  { body, traceparent }: Incoming<typeof ExplainJob>,
  { colours }: ExplainerOptions,
  { log }: Context,
): AsyncGenerator<Outgoing> {
  const { job, clip, index, truth } = body;
  const detector = await models.get(body.model);
  const picture = await decodeImage(await fetchPicture(bus, body), `frame ${index} of clip ${clip}`);
  const explanation = await explain(detector, picture, body);
  const files = await explanationFiles(picture, explanation, { truth, colours });
  await bus.objects.putFolder('explanations', job, files);
  const { score, trust } = explanation;
  log.info({ job, model: detector.card.id, says: trust.says }, 'explained');
  yield progress(
    {
      job,
      state: 'done',
      done: 1,
      total: 1,
      figures: {
        energyInBox: trust.energyInBox,
        pointing: trust.hit ? 1 : 0,
        boxShare: trust.boxShare,
        score,
      },
      result: { explanation: job, evidence: trust.evidence, says: trust.says },
    },
    'done',
    traceparent,
  );
}

/** The detector of the last job: jobs come in rows about one model. */
class LastModel {
  readonly #bus: Bus;
  #detector: Detector | undefined;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** @param model its id; null: the active one. @throws PoisonError where there is none */
  async get(model: string | null): Promise<Detector> {
    const id = model ?? (await activeModel(this.#bus, 'detector'))?.model;
    if (id === undefined) throw new PoisonError('there is no active detector to explain');
    if (this.#detector?.card.id === id) return this.#detector;
    const loaded = await Detector.load(await fetchModel(this.#bus, id));
    this.dispose();
    this.#detector = loaded;
    return loaded;
  }

  dispose(): void {
    this.#detector?.dispose();
    this.#detector = undefined;
  }
}

function progress(body: Progress, id: string, parent?: string): Outgoing {
  return outgoing(Progress, { job: body.job }, body, {
    id: `${body.job}:${id}`,
    ...(parent ? { parent } : {}),
  });
}
