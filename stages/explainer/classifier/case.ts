/** A question about a classifier's class. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { tensorOf } from '../../../pipeline/domain/models/batch.ts';
import {
  type Classifier,
  type Prediction,
  stretchToInput,
} from '../../../pipeline/domain/models/classifier/classifier.ts';
import { lastMapsLayer, scoresLayer } from '../../../pipeline/domain/models/classifier/network.ts';
import { forward } from '../../../pipeline/domain/models/network/forward.ts';
import type { Raster } from '../../../pipeline/domain/vision/image.ts';
import { PoisonError } from '../../../pipeline/runtime/errors.ts';
import type { Case, Effort, Probe } from '../case.ts';
import type { HeatMap } from '../maps.ts';
import { type Drawing, draw, drawFrom } from '../method/draw.ts';
import type { AnyMethodName } from '../method/method.ts';
import { Trace } from '../trace.ts';

/** What is asked of a classifier about a picture. */
export interface ClassifierQuestion {
  /** The class asked about; null: the predicted one. */
  readonly class: string | null;
  /** Any layer that gives feature maps; default: the last one, which is the only one that CAM has. */
  readonly layer?: string;
}

/** A classifier, a picture and the class asked about: answers with any method's map. Dispose of it. */
export class ClassifierCase implements Case {
  readonly model: LayersModel;
  readonly layer: string;
  readonly probe: Probe;
  /** All classes, most probable first. */
  readonly predictions: readonly Prediction[];
  /** The class that is explained. */
  readonly asked: Prediction;
  /** Its place in the output. */
  readonly #place: number;
  readonly #input: tf.Tensor4D;
  readonly #trace: Trace;

  private constructor(
    { model, card: { side, classes } }: Classifier,
    input: tf.Tensor4D,
    trace: Trace,
    predictions: readonly Prediction[],
    asked: Prediction,
    layer: string,
  ) {
    const place = classes.indexOf(asked.label);
    this.model = model;
    this.layer = layer;
    this.predictions = predictions;
    this.asked = asked;
    this.#place = place;
    this.#input = input;
    this.#trace = trace;
    this.probe = {
      side,
      picture: input,
      covered: { width: side, height: side },
      neutral: middleGrey,
      async scores(pictures) {
        const rows = await probabilitiesIn(model, pictures);
        return Float32Array.from(rows, (row) => row[place]!);
      },
    };
  }

  /** @throws PoisonError where the model has no such class */
  static async open(
    classifier: Classifier,
    picture: Raster,
    { class: wanted, layer = lastMapsLayer }: ClassifierQuestion,
  ): Promise<ClassifierCase> {
    const { side, classes } = classifier.card;
    const input = tensorOf([await stretchToInput(picture, side)], side);
    const trace = new Trace(classifier.model, input);
    try {
      const probabilities = tf.tidy(() => tf.softmax(trace.output));
      const row = await probabilities.data();
      probabilities.dispose();
      const predictions = classes
        .map((label, i) => ({ label, probability: row[i]! })) // a row for the one picture
        .sort((a, b) => b.probability - a.probability);
      const asked = wanted === null ? predictions[0] : predictions.find(({ label }) => label === wanted);
      if (asked) return new ClassifierCase(classifier, input, trace, predictions, asked, layer);
      const facts = { found: `${wanted}`, expected: classes.join(', ') };
      throw new PoisonError('the model has no such class', facts);
    } catch (error) {
      trace.dispose();
      input.dispose();
      throw error;
    }
  }

  /** The score that is differentiated is the class's logit: `y^c` before softmax, as CAM's and Grad-CAM's papers have it. */
  async map(method: AnyMethodName, effort: Effort = 'full'): Promise<HeatMap> {
    return draw(method, await this.#drawing(), effort);
  }

  /** The map by the weights that gave {@link predictions}: the network is not run for it once more. */
  async mapAsOpened(method: AnyMethodName): Promise<HeatMap> {
    return drawFrom(this.#trace, method, await this.#drawing());
  }

  async #drawing(): Promise<Drawing> {
    const { model, layer, probe } = this;
    const score = (output: tf.Tensor): tf.Scalar => tf.sum(tf.slice(output, [0, this.#place], [1, 1]));
    const camWeights = layer === lastMapsLayer ? await weightsOf(model, this.#place) : null;
    return { model, input: this.#input, layer, score, probe, camWeights };
  }

  dispose(): void {
    this.#trace.dispose();
    this.#input.dispose();
  }
}

/** What the network's input -1..1 has in its middle. */
const middleGrey = 127.5;

/** Pictures per run of the network: masked ones come by the hundred. */
const batch = 16;

async function probabilitiesIn(model: LayersModel, pictures: tf.Tensor4D): Promise<Float32Array[]> {
  const [count, ...size] = pictures.shape;
  const rows: Float32Array[] = [];
  for (let first = 0; first < count; first += batch) {
    const some = Math.min(batch, count - first);
    const output = tf.tidy(() =>
      tf.softmax(forward(model, tf.slice(pictures, [first, 0, 0, 0], [some, ...size]))),
    );
    const values = await output.data<'float32'>();
    output.dispose();
    const classes = values.length / some;
    for (let i = 0; i < some; i += 1) rows.push(values.slice(i * classes, (i + 1) * classes));
  }
  return rows;
}

/** The dense layer's weights of one class, one a channel. */
async function weightsOf(model: LayersModel, place: number): Promise<Float32Array> {
  const kernel = model.getLayer(scoresLayer).getWeights()[0]!; // [channels, classes]
  const values = await kernel.data<'float32'>();
  const [channels, classes] = kernel.shape as [number, number]; // of a dense layer
  return Float32Array.from({ length: channels }, (_, k) => values[k * classes + place]!);
}
