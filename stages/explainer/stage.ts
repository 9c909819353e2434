/** Explainer: a picture and a question in; a map, a figure and whether to trust it out. */

import { fetchPicture } from '../../pipeline/domain/datasets/store.ts';
import { openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { isClassifier } from '../../pipeline/domain/models/classifier/card.ts';
import { Classifier } from '../../pipeline/domain/models/classifier/classifier.ts';
import { Detector } from '../../pipeline/domain/models/detector/detector.ts';
import { activeModel, fetchModel } from '../../pipeline/domain/models/registry.ts';
import { decodeImage } from '../../pipeline/domain/vision/image.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import type { Incoming, Outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { PoisonError } from '../../pipeline/runtime/errors.ts';
import { JobReport } from '../../pipeline/runtime/stage/progress.ts';
import { type Context, handler, stage } from '../../pipeline/runtime/stage/stage.ts';
import { ExplainJob } from '../../schemas/explain-job.ts';
import { Image } from '../../schemas/image.ts';
import { Progress } from '../../schemas/progress.ts';
import { activeModelKey } from '../../schemas/state.ts';
import { answer, type Explainable } from './answer.ts';
import { FastRun } from './detector/fast-run.ts';
import { ExplainerOptions } from './options.ts';
import { checkSanity, isComplete, type RecordStore, readRecord } from './sanity/check.ts';

const take = { type: ExplainJob, ackWaitS: 60, attempts: 3 };

export const explainer = stage({
  name: 'explainer',
  summary: 'Draws why a model gives its answer, and says whether to trust that',
  guarantee: 'The same job gives the same map; done again, it replaces its own files.',
  options: ExplainerOptions,
  takes: [take],
  gives: [Progress],
  reads: [Image],
  keeps: { watches: [activeModelKey()], fetches: ['models'], stores: ['explanations'] },
  async start({ bus, log, options }) {
    const backend = await openBackend(options.backend);
    log.info({ backend: backend.name, version: backend.version, why: backend.reason }, 'backend');
    const models = new LastModel(bus);
    const records = recordsOn(bus);
    return {
      handlers: [
        handler({
          take,
          concurrency: 1,
          each: (input, context) => explained({ bus, models, records }, input, options, context),
          onDead: ({ body: { job } }, reason) => [new JobReport('explain', job).failed(reason)],
        }),
      ],
      stop: async () => models.dispose(),
    };
  },
});

/** What lasts from job to job. */
interface Kept {
  readonly bus: Bus;
  readonly models: LastModel;
  readonly records: RecordStore;
}

async function* explained(
  { bus, models, records }: Kept,
  { body, traceparent }: Incoming<typeof ExplainJob>,
  { colours }: ExplainerOptions,
  { log, signal }: Context,
): AsyncGenerator<Outgoing> {
  const { job, clip, index, method, layer, box } = body;
  const model = await models.get(body);
  const { id } = model.model.card;
  const picture = await decodeImage(await fetchPicture(bus, body), `frame ${index} of clip ${clip}`);
  const occasion = {
    model: id,
    method,
    ...(layer ? { layer } : {}),
    picture: `${clip}.${index} ${box ?? 'best'}`,
    signal,
  };
  const answered = await answer(model, picture, body, (one) => checkSanity(records, one, occasion));
  await bus.objects.putFolder('explanations', job, await answered.files(body.colours ?? colours));
  const { figures, evidence, says } = answered;
  log.info({ job, model: id, method, says }, 'explained');
  yield new JobReport('explain', job, traceparent).done({ explanation: job, evidence, says, figures });
}

/**
 * Beside the explanations: a model's own folder is its weights and card, whose digest is its id, and the explainer may
 * not write there. What has all its pictures stays as it is, so it is fetched once.
 */
function recordsOn({ objects }: Bus): RecordStore {
  const complete = new Map<string, Uint8Array>();
  return {
    async get(name) {
      const content = complete.get(name) ?? (await objects.get('explanations', name));
      if (content && isComplete(readRecord(content))) complete.set(name, content);
      return content;
    },
    put: (name, content) => objects.put('explanations', name, content),
  };
}

/** The model of the last job: jobs come in rows about one model. */
class LastModel {
  readonly #bus: Bus;
  #last: Explainable | undefined;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** @param model its id; null: the active one of `modelKind`. @throws PoisonError where there is none */
  async get({
    model,
    modelKind = 'detector',
  }: Pick<ExplainJob, 'model' | 'modelKind'>): Promise<Explainable> {
    const id = model ?? (await activeModel(this.#bus, modelKind))?.model;
    if (id === undefined) throw new PoisonError(`there is no active ${modelKind} to explain`);
    if (this.#last?.model.card.id === id) return this.#last;
    const files = await fetchModel(this.#bus, id);
    const loaded: Explainable = isClassifier(files)
      ? { kind: 'classifier', model: await Classifier.load(files) }
      : await explainableDetector(await Detector.load(files));
    this.dispose();
    this.#last = loaded;
    return loaded;
  }

  dispose(): void {
    if (this.#last?.kind === 'detector') this.#last.fast?.dispose();
    this.#last?.model.dispose();
    this.#last = undefined;
  }
}

async function explainableDetector(model: Detector): Promise<Explainable> {
  return { kind: 'detector', model, fast: await FastRun.open(model) };
}
