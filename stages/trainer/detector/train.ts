/** Trains a detector on labelled pictures: from a few hand-drawn boxes (`pre`), from many automatic ones (`main`). */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import project from '../../../package.json' with { type: 'json' };
import { type DetectorCard, withDetectorCard } from '../../../pipeline/domain/models/detector/card.ts';
import {
  evaluate,
  loadAndDetectExamples,
  networkAsDetector,
} from '../../../pipeline/domain/models/detector/evaluate.ts';
import {
  type DetectorNetworkName,
  detectorStrides,
} from '../../../pipeline/domain/models/detector/network.ts';
import { filesOfModel, type ModelFiles } from '../../../pipeline/domain/models/files.ts';
import { type DetectionScores, detectionScores } from '../../../pipeline/domain/scores/detection.ts';
import { evenlySpaced } from '../../../pipeline/domain/statistics/evenly-spaced.ts';
import { UsageError } from '../../../pipeline/runtime/errors.ts';
import { decodeCheckpoint, encodeCheckpoint, type TrainingCheckpoint, trainingDigest } from './checkpoint.ts';
import type { DetectorEpoch } from './epoch.ts';
import { type DetectorExample, type DetectorStart, detectorDatasetDigest } from './example.ts';
import { DetectorFit, type FittedDetector } from './fit.ts';
import {
  type DetectorRecipe,
  type DetectorRecipeName,
  detectorRecipe,
  type TrainedBefore,
  withSteps,
} from './recipe.ts';
import { type StartedDetector, startDetector } from './start.ts';
import { trainVerifier } from './train-verifier.ts';

/** What a detector is trained on, from what and how. */
export interface TrainDetectorOptions {
  readonly examples: readonly DetectorExample[];
  /** Scored from time to time: the last weights are kept, or earlier ones that were better. */
  readonly heldOut: readonly DetectorExample[];
  /** Every label of the examples, in the order of the network's channels. */
  readonly classes: readonly string[];
  readonly start: DetectorStart;
  readonly recipe: DetectorRecipeName;
  /** Training steps in all; the recipe's where not given. */
  readonly steps?: number;
  /** Changes to the recipe, for benches. */
  readonly changes?: Partial<DetectorRecipe>;
  /** The same seed gives the same weights on one backend. */
  readonly seed: number;
  /** Of a random start; `tiny` where not given. */
  readonly network?: DetectorNetworkName;
  /** Awaited at the end of each epoch. */
  readonly onProgress?: (row: DetectorEpoch) => void | Promise<void>;
  /** Awaited at the end of each epoch, before `onProgress`; `checkpoint` gives training's place as bytes. */
  readonly onCheckpoint?: (checkpoint: () => Uint8Array, row: DetectorEpoch) => void | Promise<void>;
  /** A checkpoint to go on from; one of another training or version is left, and training begins anew. */
  readonly resume?: Uint8Array;
  /** Awaited before the first step where `resume` is given: the last row of its history, or null where it is left. */
  readonly onResume?: (row: DetectorEpoch | null) => void | Promise<void>;
  /** Weights of MobileNetV2 for a verifier, as `readKerasWeights` takes them; none: the detector gets no verifier. */
  readonly imageNet?: string | undefined;
  /** Threads that work side by side on wasm, which uses one core each; 1 where not given. */
  readonly threads?: number;
  /** Bytes that decoded pictures may take; 300 MB where not given. */
  readonly pictureMemory?: number;
  /** Stops between two steps; the promise then rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** A trained detector, ready to be stored. */
export interface TrainedDetector extends FittedDetector {
  readonly files: ModelFiles;
}

const side = 416;

/**
 * `openBackend` comes first. Yields between steps, so that timers and messages are served.
 *
 * @throws UsageError where there is nothing to learn from; PoisonError where a picture or the start is damaged;
 *   FatalError where the numbers run away
 */
export async function trainDetector(options: TrainDetectorOptions): Promise<TrainedDetector> {
  check(options);
  const { examples, heldOut, classes, seed, network = 'tiny' } = options;
  const started = await startDetector(options.start, classes, examples, { network, side, seed });
  try {
    const { network: name } = started;
    const trained = await whatItKnows(started, options);
    const usual = { ...detectorRecipe(options.recipe, name, trained, examples.length), ...options.changes };
    const recipe = options.steps === undefined ? usual : withSteps(usual, options.steps);
    const digest = await digestOf(options, started, recipe);
    const from = options.resume ? decodeCheckpoint(options.resume, digest) : null;
    if (options.resume) await options.onResume?.(from?.history.at(-1) ?? null);
    const onEpoch = async (row: DetectorEpoch, place: TrainingCheckpoint) => {
      await options.onCheckpoint?.(() => encodeCheckpoint(place, digest), row);
      await options.onProgress?.(row);
    };
    const { signal, threads = 1, pictureMemory } = options;
    const fit = new DetectorFit(
      { examples, heldOut, classes, seed, onEpoch, signal, threads, pictureMemory },
      started,
      recipe,
      from,
    );
    const result = await fit.run();
    const about: About = {
      network: started.network,
      side: started.side,
      classes: [...classes],
      outputs: [...classes],
      recipe: options.recipe,
      start: started.from,
      trainedOn: {
        dataset: detectorDatasetDigest(examples),
        examples: examples.length,
        boxes: examples.reduce((sum, { boxes }) => sum + boxes.length, 0),
      },
      scores: onCard(result.scores),
      createdAt: new Date().toISOString(),
    };
    const network = await filesOfModel(started.model);
    const alone = { files: withDetectorCard(network, about), scores: result.scores };
    const verified = await withVerifier(options, started, network, about);
    const isWorse = (verified?.scores?.ap50 ?? 0) < (alone.scores?.ap50 ?? 0);
    return { ...result, ...(verified && !isWorse ? verified : alone) };
  } finally {
    started.model.dispose();
  }
}

/** AP50 on the pictures to train on from which a start counts as one that knows these animals. */
const knowing = 0.5;
/** So many pictures tell it. */
const mostShown = 40;

/** `shika-tiny` has seen rendered deer only: where it does not find what is to be learnt, it is as good as random. */
async function whatItKnows(
  { network, side, model, trained }: StartedDetector,
  { examples, classes }: TrainDetectorOptions,
): Promise<TrainedBefore> {
  if (network !== 'tiny' || trained !== 'all') return trained;
  const reading = { side, outputs: classes, strides: detectorStrides[network] };
  const { ap50 } = await evaluate(networkAsDetector(model, reading), evenlySpaced(examples, mostShown));
  return ap50 >= knowing ? 'all' : 'nothing';
}

type About = Omit<DetectorCard, 'kind' | 'id'>;

/** The detector with a verifier beside it; null where it can't have one. */
async function withVerifier(
  { examples, heldOut, classes, imageNet, seed, signal }: TrainDetectorOptions,
  { model, network: name, side }: StartedDetector,
  network: ModelFiles,
  about: About,
): Promise<Pick<TrainedDetector, 'files' | 'scores'> | null> {
  // The tiny network is for those who start from nothing.
  if (imageNet === undefined || name === 'tiny') return null;
  const finder = networkAsDetector(model, { side, outputs: classes, strides: detectorStrides[name] });
  const verifier = await trainVerifier({ finder, examples, classes, weights: imageNet, seed, signal });
  if (!verifier) return null;
  const { boxes, others } = verifier;
  const files = new Map([...network, ...verifier.files]);
  const card = { ...about, verifier: { start: basename(imageNet), boxes, others } };
  const scores =
    heldOut.length === 0
      ? null
      : detectionScores(await loadAndDetectExamples(withDetectorCard(files, card), heldOut));
  return { files: withDetectorCard(files, { ...card, scores: onCard(scores) }), scores };
}

function onCard(scores: DetectionScores | null): About['scores'] {
  if (!scores) return null;
  const { images, ap50, ap50_95, meanIoU, recall } = scores;
  return { images, ap50, ap50_95, meanIoU, recall };
}

/** All that the weights depend on, the backend's rounding aside: where it is the same, a checkpoint fits. */
async function digestOf(
  { examples, heldOut, classes, seed, start }: TrainDetectorOptions,
  { network, side }: StartedDetector,
  recipe: DetectorRecipe,
): Promise<string> {
  const shown = (all: readonly DetectorExample[]) =>
    all.map(({ name, boxes, draw }) => [name, boxes, draw ?? 1]);
  return trainingDigest({
    version: project.version,
    recipe,
    seed,
    classes,
    network,
    side,
    start: await startDigest(start),
    examples: shown(examples),
    heldOut: shown(heldOut),
  });
}

async function startDigest(start: DetectorStart): Promise<string> {
  if (start.kind === 'random') return 'random';
  const contents = start.kind === 'model' ? [...start.files.values()] : [await readFile(start.path)];
  const hash = createHash('sha256');
  for (const bytes of contents) hash.update(bytes);
  return hash.digest('hex');
}

function check({ examples, heldOut, classes }: TrainDetectorOptions): void {
  if (!examples.some(({ boxes }) => boxes.some(({ weight }) => weight > 0))) {
    throw new UsageError('there is nothing to train on', {
      found: `${examples.length} pictures without a box`,
      expected: 'at least one box',
    });
  }
  for (const { name, boxes } of [...examples, ...heldOut]) {
    const stray = boxes.find(({ label }) => !classes.includes(label));
    if (stray) {
      const facts = { found: stray.label, expected: classes.join(', ') };
      throw new UsageError(`${name} has a box of a class that is not trained`, facts);
    }
  }
}
