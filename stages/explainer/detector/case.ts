/** A question about a detector's box. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { tensorOf } from '../../../pipeline/domain/models/batch.ts';
import {
  decodeBox,
  type Position,
  positionsOf,
  sigmoid,
} from '../../../pipeline/domain/models/detector/decode.ts';
import type { Detector, NetworkReading } from '../../../pipeline/domain/models/detector/detector.ts';
import { forward } from '../../../pipeline/domain/models/network/forward.ts';
import { type Box, iou, scale, translate } from '../../../pipeline/domain/vision/box.ts';
import { type Letterboxed, letterbox, type Raster } from '../../../pipeline/domain/vision/image.ts';
import { PoisonError } from '../../../pipeline/runtime/errors.ts';
import type { Case, Effort, Probe } from '../case.ts';
import type { HeatMap } from '../maps.ts';
import { type Drawing, draw, drawFrom } from '../method/draw.ts';
import type { AnyMethodName } from '../method/method.ts';
import { Trace } from '../trace.ts';
import { type Choice, choose } from './choice.ts';
import type { FastRun } from './fast-run.ts';
import { layerBefore, partWith } from './heads.ts';

/** What is asked of a detector about a picture. */
export interface DetectorQuestion {
  /** The box asked about, px of the picture; null: the best that is found. */
  readonly box: Box | null;
  /** What the model is shown, px of the picture; null: all of it. */
  readonly region: Box | null;
  /** The label asked about; default: the box's best. */
  readonly class?: string;
  /** Any layer that gives feature maps; default: the last one before the head that gave the box. */
  readonly layer?: string;
}

/** A detector, a picture and the chosen box: answers with any method's map. Dispose of it. */
export class DetectorCase implements Case {
  readonly model: LayersModel;
  readonly layer: string;
  readonly choice: Choice;
  readonly cut: Letterboxed;
  readonly probe: Probe;
  readonly #input: tf.Tensor4D;
  readonly #trace: Trace;

  private constructor(
    detector: Detector,
    layer: string,
    choice: Choice,
    cut: Letterboxed,
    input: tf.Tensor4D,
    trace: Trace,
  ) {
    this.model = detector.model;
    this.layer = layer;
    this.choice = choice;
    this.cut = cut;
    this.probe = probeOf(detector, choice, cut, input);
    this.#input = input;
    this.#trace = trace;
  }

  /**
   * @param fast of the detector; used where no layer is asked for
   * @throws PoisonError where the region or the box lies outside the picture, or nothing is found
   */
  static async open(
    detector: Detector,
    picture: Raster,
    question: DetectorQuestion,
    fast: FastRun | null = null,
  ): Promise<DetectorCase> {
    const { box, region } = question;
    const { side } = detector.card;
    const cut = await letterbox(picture, region ?? [0, 0, picture.width, picture.height], side);
    const input = tensorOf([cut.raster], side);
    const isFast = fast !== null && question.layer === undefined;
    const trace = isFast ? fast.trace(input) : new Trace(detector.model, input);
    try {
      const raw = await trace.output.data<'float32'>();
      const choice = choose(raw, detector.reading, box && toInput(box, cut), question.class);
      if (choice === null) throw noBoxError(box, cut);
      const layer = question.layer ?? layerBefore(detector.model, `head${choice.position.stride}/`);
      return new DetectorCase(detector, layer, choice, cut, input, trace);
    } catch (error) {
      trace.dispose();
      input.dispose();
      throw error;
    }
  }

  map(method: AnyMethodName, effort: Effort = 'full'): Promise<HeatMap> {
    return draw(method, this.#drawing(), effort);
  }

  /** The map by the weights that found the box: the network is not run for it once more. */
  mapAsOpened(method: AnyMethodName): Promise<HeatMap> {
    return drawFrom(this.#trace, method, this.#drawing());
  }

  #drawing(): Drawing {
    const { model, layer, probe } = this;
    const { symbol, row } = partWith(model, this.choice.row);
    const score = logitOf(row, this.choice.channel);
    return { model, input: this.#input, layer, score, scored: symbol, probe, camWeights: null };
  }

  dispose(): void {
    this.#trace.dispose();
    this.#input.dispose();
  }
}

/** YOLOX is trained with padding of this level. */
const paddingLevel = 114;

function probeOf(
  { model, reading }: Detector,
  choice: Choice,
  { region: [, , width, height], scale: factor }: Letterboxed,
  picture: tf.Tensor4D,
): Probe {
  const positions = positionsOf(reading.side, reading.strides);
  return {
    side: reading.side,
    picture,
    covered: { width: width * factor, height: height * factor },
    neutral: paddingLevel,
    async scores(pictures) {
      const raw = await rawOf(model, pictures);
      const each = raw.length / pictures.shape[0];
      return Float32Array.from({ length: pictures.shape[0] }, (_, i) =>
        stillFound(raw.subarray(i * each, (i + 1) * each), reading, positions, choice),
      );
    },
  };
}

/** Overlap x score of the box that best stands for the one that was found (D-RISE's similarity), 0..1. */
export function stillFound(
  raw: Float32Array,
  { outputs }: NetworkReading,
  positions: readonly Position[],
  { box, label }: Pick<Choice, 'box' | 'label'>,
): number {
  const width = 5 + outputs.length;
  const channels = [...outputs.keys()].filter((channel) => outputs[channel] === label);
  let best = 0;
  positions.forEach((position, row) => {
    const at = row * width;
    const objectness = sigmoid(raw[at + 4]!);
    if (objectness <= best) return; // overlap and class can only lessen it
    const score = objectness * Math.max(...channels.map((channel) => sigmoid(raw[at + 5 + channel]!)));
    if (score > best) best = Math.max(best, score * iou(decodeBox(raw, at, position), box));
  });
  return best;
}

async function rawOf(model: LayersModel, pictures: tf.Tensor4D): Promise<Float32Array> {
  const output = tf.tidy(() => forward(model, pictures));
  try {
    return Float32Array.from(await output.data());
  } finally {
    output.dispose();
  }
}

/**
 * The sum of two logits, "an object is here" and "it is of this class", before sigmoid and NMS. The detector's own score
 * is the product of their sigmoids, whose gradient vanishes just where the model is sure.
 */
function logitOf(row: number, channel: number): (output: tf.Tensor) => tf.Scalar {
  return (output) => {
    const objectness = tf.slice(output, [0, row, 4], [1, 1, 1]);
    const category = tf.slice(output, [0, row, 5 + channel], [1, 1, 1]);
    return tf.sum(tf.add(objectness, category));
  };
}

function toInput(box: Box, { scale: factor, region: [x, y] }: Letterboxed): Box {
  return scale(translate(box, -x, -y), factor);
}

/** The fault where no box meets the question. */
export function noBoxError(asked: Box | null, { region }: Letterboxed): PoisonError {
  return new PoisonError('there is no box to explain', {
    found: asked ? `none that meets [${asked.join(', ')}]` : 'none in the picture',
    expected: `one inside the region [${region.join(', ')}]`,
  });
}
