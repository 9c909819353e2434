/** Fits a detector's weights: the steps of one training, and its place among them. */
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { mean } from 'simple-statistics';
import type { NetworkReading } from '../../../pipeline/domain/models/detector/detector.ts';
import { evaluate, networkAsDetector } from '../../../pipeline/domain/models/detector/evaluate.ts';
import { detectorStrides } from '../../../pipeline/domain/models/detector/network.ts';
import type { DetectionScores } from '../../../pipeline/domain/scores/detection.ts';
import { type SeededRandom, seededRandom } from '../../../pipeline/domain/statistics/seeded-random.ts';
import { FatalError } from '../../../pipeline/runtime/errors.ts';
import { Optimiser, putWeights } from '../optimiser.ts';
import type { SplitModel } from '../split-model.ts';
import type { BestWeights, TrainingCheckpoint } from './checkpoint.ts';
import { DecodedPictures } from './decoded-pictures.ts';
import type { DetectorEpoch } from './epoch.ts';
import type { DetectorExample } from './example.ts';
import { combineGradients, type Gradients, gradientsOf, trainable } from './gradients.ts';
import type { LossParts } from './loss.ts';
import { type NetworkPart, splitAtPart } from './network-part.ts';
import { type DetectorPhase, type DetectorRecipe, detectorRateAt } from './recipe.ts';
import type { StartedDetector } from './start.ts';
import { type DetectorView, makeDetectorView, planDetectorView } from './views.ts';
import { WorkerPool } from './worker-pool.ts';

/** What {@link DetectorFit} learns from, and whom it reports to. */
export interface DetectorFitOptions {
  readonly examples: readonly DetectorExample[];
  readonly heldOut: readonly DetectorExample[];
  readonly classes: readonly string[];
  readonly seed: number;
  /** Awaited after each epoch, with the place in it, which later steps change. */
  readonly onEpoch: (row: DetectorEpoch, place: TrainingCheckpoint) => Promise<void>;
  readonly signal: AbortSignal | undefined;
  /** Threads that compute gradients side by side; 1: this thread alone. The weights are the same either way. */
  readonly threads: number;
  /** Bytes that decoded pictures may take. */
  readonly pictureMemory?: number | undefined;
}

/** What came of a fit; the weights are in the model. */
export interface FittedDetector {
  /** Of the best weights; null where nothing is held out. */
  readonly scores: DetectionScores | null;
  /** Of the start, before the first step. */
  readonly startScores: DetectionScores | null;
  readonly history: readonly DetectorEpoch[];
}

/** Views of one gradient on wasm: two cost hardly more each than eight. */
const viewsAtOnce = 2;

/** Bytes of decoded pictures. */
const usualPictureMemory = 300e6;

/** One training of a detector: {@link run} goes through the recipe's phases. */
export class DetectorFit {
  readonly #options: DetectorFitOptions;
  readonly #started: StartedDetector;
  readonly #recipe: DetectorRecipe;
  readonly #random: SeededRandom;
  readonly #pictures: DecodedPictures;
  readonly #optimiser: Optimiser;
  readonly #history: DetectorEpoch[];
  /** `performance.now()` at the start, or as if there had been no break. */
  readonly #began: number;
  readonly #from: TrainingCheckpoint | null;
  readonly #reading: NetworkReading;
  #workers: WorkerPool | undefined;
  #best: BestWeights | undefined;

  /** @param from the place to go on from; its weights are put into the model */
  constructor(
    options: DetectorFitOptions,
    started: StartedDetector,
    recipe: DetectorRecipe,
    from: TrainingCheckpoint | null,
  ) {
    this.#options = options;
    this.#started = started;
    this.#recipe = recipe;
    this.#from = from;
    const { side, network } = started;
    this.#reading = { side, outputs: options.classes, strides: detectorStrides[network] };
    this.#random = seededRandom(from?.random ?? options.seed);
    this.#pictures = new DecodedPictures(options.examples, options.pictureMemory ?? usualPictureMemory);
    this.#optimiser = new Optimiser(started.model, recipe, from?.optimiser);
    this.#history = [...(from?.history ?? [])];
    this.#best = from?.best;
    this.#began = performance.now() - 1000 * (this.#history.at(-1)?.seconds ?? 0);
  }

  /** Leaves the best weights in the model. */
  async run(): Promise<FittedDetector> {
    const { threads } = this.#options;
    if (threads > 1) this.#workers = await WorkerPool.open(this.#started.model, this.#reading, threads);
    try {
      return await this.#phases();
    } finally {
      await this.#workers?.close();
    }
  }

  async #phases(): Promise<FittedDetector> {
    const { model } = this.#started;
    const startScores = this.#from ? this.#from.startScores : await this.#evaluate();
    const done = this.#history.at(-1)?.step ?? 0;
    let before = 0;
    for (const phase of this.#recipe.phases) {
      if (done < before + phase.steps)
        await this.#phase(phase, before, Math.max(0, done - before), startScores);
      before += phase.steps;
    }
    if (this.#best) putWeights(model, this.#best.weights);
    return { scores: this.#best?.scores ?? startScores, startScores, history: this.#history };
  }

  /**
   * @param before steps of the phases before it
   * @param done its own steps that have been taken: whole epochs
   */
  async #phase(
    phase: DetectorPhase,
    before: number,
    done: number,
    startScores: DetectionScores | null,
  ): Promise<void> {
    const split = splitAtPart(this.#started.model, phase.part);
    const every = this.#recipe.evaluateEvery;
    for (let from = done; from < phase.steps; from += every) {
      const end = Math.min(phase.steps, from + every);
      const losses: LossParts[] = [];
      let views = await this.#views();
      for (let i = from; i < end; i += 1) {
        await setImmediate();
        this.#options.signal?.throwIfAborted();
        // The next views are drawn while the threads work on these; not beyond an epoch, whose end is stored.
        const [gradients, next] = await Promise.all([
          this.#gradients(phase.part, split, views),
          i + 1 < end ? this.#views() : [],
        ]);
        losses.push(this.#step(split, gradients, detectorRateAt(phase, i)));
        views = next;
      }
      const heldOut = await this.#optimiser.withAveraged(() => this.#evaluate());
      const highest = Math.max(0, ...this.#history.map((row) => row.heldOut?.ap50_95 ?? 0));
      if (!this.#best || !heldOut || heldOut.ap50_95 >= highest - slack(heldOut)) {
        this.#best = { scores: heldOut, weights: this.#optimiser.averagedWeights() };
      }
      const row = this.#row(before + end, phase.part, meanLoss(losses), heldOut);
      this.#history.push(row);
      await this.#options.onEpoch(row, {
        random: this.#random.state,
        startScores,
        history: this.#history,
        optimiser: this.#optimiser.state,
        best: this.#best,
      });
    }
  }

  #row(step: number, part: NetworkPart, loss: LossParts, heldOut: DetectionScores | null): DetectorEpoch {
    const { phases, evaluateEvery } = this.#recipe;
    return {
      epoch: this.#history.length + 1,
      epochs: phases.reduce((sum, phase) => sum + Math.ceil(phase.steps / evaluateEvery), 0),
      step,
      steps: phases.reduce((sum, phase) => sum + phase.steps, 0),
      part,
      loss,
      heldOut,
      seconds: (performance.now() - this.#began) / 1000,
    };
  }

  async #evaluate(): Promise<DetectionScores | null> {
    const { heldOut } = this.#options;
    return heldOut.length === 0
      ? null
      : evaluate(networkAsDetector(this.#started.model, this.#reading), heldOut);
  }

  async #gradients(part: NetworkPart, split: SplitModel, views: readonly DetectorView[]): Promise<Gradients> {
    const shares = splitBatch(views);
    const workers = this.#workers;
    if (!workers) return combineGradients(shares.map((share) => gradientsOf(split, share, this.#reading)));
    const weights = this.#optimiser.state.slots.map(({ values }) => values);
    return combineGradients(await workers.gradients(part, shares, weights));
  }

  #step({ trained }: SplitModel, { loss, gradients }: Gradients, rate: number): LossParts {
    if (!Number.isFinite(loss.total)) {
      throw new FatalError('the training diverged', {
        found: `loss ${loss.total}`,
        expected: 'a lower rate',
      });
    }
    this.#optimiser.step(new Map(trainable(trained).map(({ name }, i) => [name, gradients[i]!])), rate);
    return loss;
  }

  async #views(): Promise<DetectorView[]> {
    const views: DetectorView[] = [];
    for (let i = 0; i < this.#recipe.batch; i += 1) {
      const plan = planDetectorView(this.#recipe.mix, this.#random);
      const pictures = [];
      for (const _ of plan.tiles) pictures.push(await this.#pictures.draw(this.#random));
      views.push(makeDetectorView(plan, pictures, this.#options.classes, this.#started.side, this.#random));
    }
    return views;
  }
}

/** Later weights are kept unless they are worse by more than one picture can make them: five tell little. */
function slack({ images }: DetectionScores): number {
  return 1 / images;
}

/** The views of each gradient: few on wasm, so that there is work for several threads. */
function splitBatch(views: readonly DetectorView[]): (readonly DetectorView[])[] {
  const size = tf.getBackend() === 'wasm' ? viewsAtOnce : views.length;
  return Array.from({ length: Math.ceil(views.length / size) }, (_, i) =>
    views.slice(i * size, (i + 1) * size),
  );
}

function meanLoss(losses: readonly LossParts[]): LossParts {
  const meanOf = (part: keyof LossParts) => mean(losses.map((loss) => loss[part]));
  return {
    total: meanOf('total'),
    box: meanOf('box'),
    objectness: meanOf('objectness'),
    class: meanOf('class'),
  };
}
