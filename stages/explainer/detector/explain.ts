/** Why a detector finds a box: picture and question in, map and measures out. */
import type { Detector } from '../../../pipeline/domain/models/detector/detector.ts';
import { type Box, clip, round, scale, translate } from '../../../pipeline/domain/vision/box.ts';
import type { Letterboxed, Raster } from '../../../pipeline/domain/vision/image.ts';
import type { Measures } from '../fidelity/measure.ts';
import type { HeatMap } from '../maps.ts';
import type { AnyMethodName } from '../method/method.ts';
import { onPixels } from '../pixels.ts';
import type { SanityVerdict } from '../sanity/verdict.ts';
import { DetectorCase, type DetectorQuestion, noBoxError } from './case.ts';
import { type DetectorTrust, detectorTrust } from './trust.ts';

/** The map of a detector's box, with all that a figure and its numbers need. */
export interface DetectorExplanation {
  readonly method: AnyMethodName;
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
  readonly trust: DetectorTrust;
  /** Whether the method shows what this model learned; left out where that was not tried. */
  readonly sanity?: SanityVerdict;
  /** What the map is worth beside maps that know nothing of the model; left out where it was not asked for. */
  readonly fidelity?: Measures;
}

/** Opens the case, explains it, closes it. @throws PoisonError where the region or the box lies outside the picture, or there is no such layer */
export async function explainDetector(
  detector: Detector,
  picture: Raster,
  question: DetectorQuestion & { method: AnyMethodName },
): Promise<DetectorExplanation> {
  const opened = await DetectorCase.open(detector, picture, question);
  try {
    return await explainDetectorCase(opened, detector.card.id, picture, question);
  } finally {
    opened.dispose();
  }
}

/** Explains what an open case asks. @param model its id */
export async function explainDetectorCase(
  question: DetectorCase,
  model: string,
  picture: Raster,
  { box: asked, method }: { box: Box | null; method: AnyMethodName },
): Promise<DetectorExplanation> {
  const { choice, cut, layer, probe } = question;
  const map = await question.mapAsOpened(method);
  const shown = onPixels(map, cut, probe.side);
  const box = clip(toPicture(choice.box, cut), picture);
  if (box === null) throw noBoxError(asked, cut);
  const { score, label, iou } = choice;
  const cell = [map.width, map.height].map((cells) => probe.side / cells / cut.scale);
  return {
    method,
    layer: method === 'drise' ? 'the picture' : layer,
    model,
    region: cut.region,
    asked,
    box: round(box),
    iou,
    score,
    label,
    map,
    cell: [cell[0]!, cell[1]!],
    shown,
    trust: detectorTrust(shown, translate(asked ?? box, -cut.region[0], -cut.region[1]), { score, iou }),
  };
}

function toPicture(box: Box, { scale: factor, region: [x, y] }: Letterboxed): Box {
  return translate(scale(box, 1 / factor), x, y);
}
