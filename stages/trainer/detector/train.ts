/** Trains a detector on labelled pictures: from a few hand-drawn boxes (`pre`), from many automatic ones (`main`). */
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { FatalError, UsageError } from '../../../pipeline/errors.ts';
import { withCard } from '../../../pipeline/models/card.ts';
import { positionsOf } from '../../../pipeline/models/decode.ts';
import { filesOfModel, type ModelFiles } from '../../../pipeline/models/files.ts';
import { forward, type NetworkName, networkStrides } from '../../../pipeline/models/network/network.ts';
import type { DetectionScores } from '../../../pipeline/scores/detection.ts';
import { evaluate } from './evaluate.ts';
import { datasetDigest, type Example, type Start } from './example.ts';
import { detectionLoss, type LossParts } from './loss.ts';
import { Optimiser, putWeights, variablesOf } from './optimiser.ts';
import { Pictures } from './pictures.ts';
import { type Random, seededRandom } from './random.ts';
import { type Part, type Recipe, type RecipeName, rateAt, recipeOf, withSteps } from './recipe.ts';
import { type SplitModel, splitModel } from './split.ts';
import { type Started, startModel } from './start.ts';
import { makeView, planView, type View } from './view.ts';

export interface TrainOptions {
  readonly examples: readonly Example[];
  /** Scored from time to time; the best weights are kept. Empty: the last ones are. */
  readonly heldOut: readonly Example[];
  /** Every label of the examples, in the order of the network's channels. */
  readonly classes: readonly string[];
  readonly start: Start;
  readonly recipe: RecipeName;
  /** Training steps in all; the recipe's where not given. */
  readonly steps?: number;
  /** Changes to the recipe, for benches. */
  readonly changes?: Partial<Recipe>;
  /** The same seed gives the same weights on one backend. */
  readonly seed: number;
  /** Of a random start; `tiny` where not given. */
  readonly network?: NetworkName;
  /** Awaited at the end of each epoch. */
  readonly onProgress?: (row: EpochRow) => void | Promise<void>;
  /** Stops between two steps; the promise then rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** An epoch is {@link Recipe.evaluateEvery} steps, or what is left of a phase. */
export interface EpochRow {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done, of how many. */
  readonly step: number;
  readonly steps: number;
  readonly part: Part;
  /** Means over the epoch's steps. */
  readonly loss: LossParts;
  /** Of the weights that would be kept now; null where nothing is held out. */
  readonly heldOut: DetectionScores | null;
  /** Since the start. */
  readonly seconds: number;
}

export interface Trained {
  readonly files: ModelFiles;
  /** Of the weights in `files` on the held-out pictures; null where nothing is held out. */
  readonly scores: DetectionScores | null;
  /** Of the start, before the first step. */
  readonly startScores: DetectionScores | null;
  readonly history: readonly EpochRow[];
}

const side = 416;
/** Bytes of decoded pictures. */
const pictureMemory = 300e6;

/**
 * `openBackend` comes first. Yields between steps, so that timers and messages are served.
 *
 * @throws UsageError where there is nothing to learn from; PoisonError where a picture or the start is damaged;
 *   FatalError where the numbers run away
 */
export async function trainDetector(options: TrainOptions): Promise<Trained> {
  check(options);
  const { examples, heldOut, classes, seed, network = 'tiny' } = options;
  const started = await startModel(options.start, classes, examples, { network, side, seed });
  try {
    const usual = { ...recipeOf(options.recipe, started.network, started.isTrained), ...options.changes };
    const recipe = options.steps === undefined ? usual : withSteps(usual, options.steps);
    const run = new Training(options, started, recipe);
    const result = await run.run();
    const about = {
      network: started.network,
      side: started.side,
      classes: [...classes],
      outputs: [...classes],
      recipe: options.recipe,
      start: started.from,
      trainedOn: {
        dataset: datasetDigest(examples),
        examples: examples.length,
        boxes: examples.reduce((sum, { boxes }) => sum + boxes.length, 0),
      },
      scores: result.scores && {
        images: heldOut.length,
        ap50: result.scores.ap50,
        ap50_95: result.scores.ap50_95,
        meanIoU: result.scores.meanIoU,
        recall: result.scores.recall,
      },
      createdAt: new Date().toISOString(),
    };
    return { files: withCard(await filesOfModel(started.model), about), ...result };
  } finally {
    started.model.dispose();
  }
}

class Training {
  readonly #options: TrainOptions;
  readonly #started: Started;
  readonly #recipe: Recipe;
  readonly #random: Random;
  readonly #pictures: Pictures;
  readonly #optimiser: Optimiser;
  readonly #began = performance.now();

  constructor(options: TrainOptions, started: Started, recipe: Recipe) {
    this.#options = options;
    this.#started = started;
    this.#recipe = recipe;
    this.#random = seededRandom(options.seed);
    this.#pictures = new Pictures(options.examples, pictureMemory);
    this.#optimiser = new Optimiser(started.model, recipe);
  }

  /** Leaves the weights to keep in the model. */
  async run(): Promise<Omit<Trained, 'files'>> {
    const { phases, evaluateEvery } = this.#recipe;
    const { model } = this.#started;
    const startScores = await this.#evaluate();
    const history: EpochRow[] = [];
    const epochs = phases.reduce((sum, phase) => sum + Math.ceil(phase.steps / evaluateEvery), 0);
    const steps = phases.reduce((sum, phase) => sum + phase.steps, 0);
    let kept: { scores: DetectionScores | null; weights: ReadonlyMap<string, Float32Array> } | undefined;
    let step = 0;
    for (const phase of phases) {
      const split = splitModel(model, (layer) => isFrozen(layer, phase.part));
      for (let from = 0; from < phase.steps; from += evaluateEvery) {
        const losses: LossParts[] = [];
        for (let i = from; i < Math.min(phase.steps, from + evaluateEvery); i += 1, step += 1) {
          losses.push(await this.#step(split, rateAt(phase, i)));
        }
        const scores = await this.#optimiser.withKept(() => this.#evaluate());
        if (!kept?.scores || !scores || scores.ap50_95 >= kept.scores.ap50_95) {
          kept = { scores, weights: this.#optimiser.kept() };
        }
        const seconds = (performance.now() - this.#began) / 1000;
        const epoch = history.length + 1;
        const row = {
          epoch,
          epochs,
          step,
          steps,
          part: phase.part,
          loss: mean(losses),
          heldOut: scores,
          seconds,
        };
        history.push(row);
        await this.#options.onProgress?.(row);
      }
    }
    if (kept) putWeights(model, kept.weights);
    return { scores: kept?.scores ?? startScores, startScores, history };
  }

  async #evaluate(): Promise<DetectionScores | null> {
    const { heldOut, classes } = this.#options;
    if (heldOut.length === 0) return null;
    const { model, side, network } = this.#started;
    return evaluate(model, { side, outputs: classes, strides: networkStrides[network] }, heldOut);
  }

  async #step({ frozen, trained }: SplitModel, rate: number): Promise<LossParts> {
    await setImmediate();
    this.#options.signal?.throwIfAborted();
    const views = await this.#views();
    const { side, network } = this.#started;
    const positions = positionsOf(side, networkStrides[network]);
    let parts: LossParts = { total: 0, box: 0, objectness: 0, class: 0 };
    tf.tidy(() => {
      const pictures = batchOf(views, side);
      const input = frozen ? frozen.apply(pictures) : pictures;
      const { grads } = tf.variableGrads(
        () => {
          // Values in, values out.
          const output = forward(trained, input as tf.Tensor | tf.Tensor[]);
          const raw = output.dataSync<'float32'>();
          const targets = views.map((view) => view.targets);
          const { gradient, ...rest } = detectionLoss(raw, positions, targets, this.#options.classes.length);
          parts = rest;
          // Its slope with respect to the output is the loss' own, so the backend carries that back.
          return tf.sum(tf.mul(output, tf.tensor(gradient, output.shape))) as tf.Scalar;
        },
        variablesOf(trained).filter(({ trainable }) => trainable),
      );
      this.#optimiser.step(grads, rate);
    });
    if (!Number.isFinite(parts.total)) {
      throw new FatalError('training ran away', { found: `loss ${parts.total}`, expected: 'a lower rate' });
    }
    return parts;
  }

  async #views(): Promise<View[]> {
    const views: View[] = [];
    for (let i = 0; i < this.#recipe.batch; i += 1) {
      const plan = planView(this.#recipe.mix, this.#random);
      const pictures = [];
      for (const _ of plan.tiles) pictures.push(await this.#pictures.draw(this.#random));
      views.push(makeView(plan, pictures, this.#options.classes, this.#started.side, this.#random));
    }
    return views;
  }
}

function isFrozen(layer: string, part: Part): boolean {
  if (part === 'all') return false;
  const isBackbone = layer === 'image' || layer === 'to_unit' || layer.startsWith('backbone/');
  return isBackbone || (part === 'head' && layer.startsWith('neck/'));
}

/** `[views, side, side, 3]` */
function batchOf(views: readonly View[], side: number): tf.Tensor4D {
  const size = side * side * 3;
  const values = new Float32Array(views.length * size);
  for (const [i, { pixels }] of views.entries()) values.set(pixels, i * size);
  return tf.tensor4d(values, [views.length, side, side, 3]);
}

function mean(losses: readonly LossParts[]): LossParts {
  const of = (part: keyof LossParts) => losses.reduce((sum, loss) => sum + loss[part], 0) / losses.length;
  return { total: of('total'), box: of('box'), objectness: of('objectness'), class: of('class') };
}

function check({ examples, heldOut, classes }: TrainOptions): void {
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
