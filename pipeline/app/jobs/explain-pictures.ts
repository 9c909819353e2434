/** Asks the explainer about pictures that are files on this machine. */
import { readFile } from 'node:fs/promises';
import type { ExplainFigures, ExplainJob, ExplainResult } from '../../../schemas/explain-job.ts';
import { Image } from '../../../schemas/image.ts';
import { cropRegion } from '../../domain/datasets/crops.ts';
import type { ModelFiles } from '../../domain/models/files.ts';
import { type ModelCard, readModelCard } from '../../domain/models/model-card.ts';
import { storeModel } from '../../domain/models/registry.ts';
import { type Box, scale } from '../../domain/vision/box.ts';
import { decodeImage, encodeJpeg, scaleToFit } from '../../domain/vision/image.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { outgoing } from '../../runtime/bus/envelope.ts';
import { contentId } from '../../runtime/content-id.ts';
import { reasonOf } from '../../runtime/errors.ts';
import { runJob } from '../../runtime/jobs/job.ts';
import type { JobContext } from './context.ts';
import type { ExplainInput } from './explain-inputs.ts';

/** How every picture is explained. */
export interface ExplainHow extends Pick<ExplainJob, 'method' | 'class' | 'layer' | 'colours'> {
  /** Whether deletion, insertion and ROAD are measured; of classifiers where not given. */
  readonly measure?: boolean | undefined;
  /** The true label of all pictures; each input's where not given. */
  readonly truth?: string | undefined;
}

/** An answer to what was asked about a picture. */
export interface PictureExplanation {
  readonly input: ExplainInput;
  /** Its files' folder in the object store. */
  readonly job: string;
  readonly evidence: ExplainResult['evidence'];
  /** Whether to trust the map, in a sentence. */
  readonly says: string;
  readonly figures: ExplainFigures;
}

export interface PictureFailure {
  readonly input: ExplainInput;
  readonly failure: string;
}

/** Larger pictures are made smaller, px. */
const LONGEST_SIDE = 1280;

/**
 * Explains pictures one after the other; what fails is said with the picture, the others go on.
 * @throws the signal's reason when aborted
 */
export async function* explainPictures(
  inputs: readonly ExplainInput[],
  model: ModelFiles,
  how: ExplainHow,
  { bus, meters, signal }: JobContext,
): AsyncGenerator<PictureExplanation | PictureFailure> {
  const card = readModelCard(model);
  await storeModel(bus, card.id, model);
  const meter = meters.start('explaining');
  let explained = 0;
  for (const [i, input] of inputs.entries()) {
    try {
      yield await explainPicture(bus, input, card, how, signal);
      explained += 1;
    } catch (error) {
      signal.throwIfAborted();
      const failure = reasonOf(error);
      meter.print(`${input.path}: ${failure}`);
      yield { input, failure };
    }
    meter.update(i + 1, inputs.length);
  }
  meter.done(`${explained} of ${inputs.length} pictures`);
}

async function explainPicture(
  bus: Bus,
  input: ExplainInput,
  { id: model, kind }: ModelCard,
  how: ExplainHow,
  signal: AbortSignal,
): Promise<PictureExplanation> {
  const { path, box, region } = input;
  const original = await decodeImage(await readFile(path), path);
  const raster = await scaleToFit(original, LONGEST_SIDE);
  const payload = await encodeJpeg(raster, 95);
  const clip = contentId(payload);
  const { width, height } = raster;
  await bus.publish(outgoing(Image, { clip, index: 0 }, { clip, index: 0, width, height }, { payload }));
  const factor = width / original.width;
  const { truth = input.truth, measure = kind === 'classifier', class: label, method, layer, colours } = how;
  const question = {
    clip,
    index: 0,
    box: scaled(box, factor),
    // A classifier is shown what it learns from: the animal alone.
    region: scaled(kind === 'classifier' && box ? cropRegion(box, original) : region, factor),
    truth,
    model,
    method,
    ...(label ? { class: label } : {}),
    ...(layer ? { layer } : {}),
    ...(colours ? { colours } : {}),
    ...(measure ? { measure } : {}),
  };
  const { job, result } = await runJob(bus, 'explain', question, { signal });
  const { evidence, says, figures } = result;
  return { input, job, evidence, says, figures };
}

function scaled(box: Box | null, factor: number): [number, number, number, number] | null {
  if (box === null) return null;
  const [x, y, w, h] = scale(box, factor);
  return [x, y, w, h];
}
