/** Why a detector gives the box that it gives: picture and question in, map and measures out. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { FatalError, PoisonError } from '../../pipeline/errors.ts';
import { type Detector, tensorOf } from '../../pipeline/models/detector.ts';
import { type Box, clip, round, scale, translate } from '../../pipeline/vision/box.ts';
import { type Letterboxed, letterbox, type Raster } from '../../pipeline/vision/image.ts';
import { type Choice, choose } from './choice.ts';
import type { HeatMap } from './maps.ts';
import { type MethodName, methods } from './method/method.ts';
import { onPixels } from './pixels.ts';
import { Trace } from './trace.ts';
import { type Trust, trustOf } from './trust.ts';

export interface Question {
  /** The box asked about, px of the picture; null: the best that is found. */
  readonly box: Box | null;
  /** What the model is shown, px of the picture; null: all of it. */
  readonly region: Box | null;
  readonly method: MethodName;
  /** Any layer that gives feature maps; default: the last one before the head that gave the box. */
  readonly layer?: string;
}

export interface Explanation {
  readonly method: MethodName;
  readonly layer: string;
  /** Id of the model. */
  readonly model: string;
  /** What the model was shown: whole pixels inside the picture. */
  readonly region: Box;
  readonly asked: Box | null;
  /** The model's box, px of the picture. */
  readonly box: Box;
  /** With the box asked about; null where none was. */
  readonly iou: number | null;
  /** Of the model's box, 0..1. */
  readonly score: number;
  readonly label: string;
  /** As the method gives it, over the model's whole input, padding included. */
  readonly map: HeatMap;
  /** Size of a cell of the map, px of the picture; the first cell's corner is the region's. */
  readonly cell: readonly [width: number, height: number];
  /** The map on the region's pixels, smoothed. */
  readonly shown: HeatMap;
  readonly trust: Trust;
}

/**
 * The score that is differentiated is the sum of two logits, "an object is here" and "it is of this class". The
 * detector's own score is the product of their sigmoids, whose gradient vanishes just where the model is sure.
 *
 * @throws PoisonError where the region or the box lies outside the picture, or there is no such layer
 */
export async function explain(detector: Detector, picture: Raster, question: Question): Promise<Explanation> {
  const { box: asked, method } = question;
  const whole: Box = [0, 0, picture.width, picture.height];
  const cut = await letterbox(picture, question.region ?? whole, detector.card.side);
  const input = tensorOf([cut.raster], detector.card.side);
  const trace = new Trace(detector.model, input);
  try {
    const raw = Float32Array.from(await trace.output.data());
    const choice = choose(raw, detector.reading, asked && toInput(asked, cut));
    if (choice === null) throw nothingThere(asked, cut);
    const layer = question.layer ?? layerBefore(detector.model, `head${choice.position.stride}/`);
    const maps = await trace.maps(layer);
    const map = methods[method].map(maps, await trace.gradient(layer, logitOf(choice)));
    const shown = onPixels(map, cut, detector.card.side);
    const box = clip(toPicture(choice.box, cut), picture);
    if (box === null) throw nothingThere(asked, cut);
    const { score, label, iou } = choice;
    const cell = [map.width, map.height].map((cells) => detector.card.side / cells / cut.scale);
    return {
      method,
      layer,
      model: detector.card.id,
      region: cut.region,
      asked,
      box: round(box),
      iou,
      score,
      label,
      map,
      cell: [cell[0]!, cell[1]!],
      shown,
      trust: trustOf(shown, translate(asked ?? box, -cut.region[0], -cut.region[1])),
    };
  } finally {
    trace.dispose();
    input.dispose();
  }
}

/** Before sigmoid, before NMS. */
function logitOf({ row, channel }: Choice): (output: tf.Tensor) => tf.Scalar {
  return (output) => {
    const objectness = tf.slice(output, [0, row, 4], [1, 1, 1]);
    const category = tf.slice(output, [0, row, 5 + channel], [1, 1, 1]);
    return tf.sum(tf.add(objectness, category));
  };
}

/** The layer whose maps the layers called `prefix…` start from. */
export function layerBefore(model: LayersModel, prefix: string): string {
  for (const layer of model.layers) {
    if (!layer.name.startsWith(prefix)) continue;
    const before = [layer.input].flat().find(({ sourceLayer }) => !sourceLayer.name.startsWith(prefix));
    if (before) return before.sourceLayer.name;
  }
  throw new FatalError('the network has no such head', {
    found: model.layers.map(({ name }) => name).join(', '),
    expected: `layers called ${prefix}…`,
  });
}

function toInput(box: Box, { scale: factor, region: [x, y] }: Letterboxed): Box {
  return scale(translate(box, -x, -y), factor);
}

function toPicture(box: Box, { scale: factor, region: [x, y] }: Letterboxed): Box {
  return translate(scale(box, 1 / factor), x, y);
}

function nothingThere(asked: Box | null, { region }: Letterboxed): PoisonError {
  return new PoisonError('there is no box to explain', {
    found: asked ? `none that meets [${asked.join(', ')}]` : 'none in the picture',
    expected: `one inside the region [${region.join(', ')}]`,
  });
}
