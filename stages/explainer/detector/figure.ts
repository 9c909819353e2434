/** The figure of a detector's explanation, as in the note: the original left, the map right, true and predicted label above. */
import { type Box, type Size, scale, translate } from '../../../pipeline/domain/vision/box.ts';
import { type ColormapName, colourise } from '../../../pipeline/domain/vision/colormap.ts';
import { crop, type Raster } from '../../../pipeline/domain/vision/image.ts';
import { compose, resize } from '../figure/canvas.ts';
import { footer, gap, header, ink, leastColumn, margin, pale, panelSide } from '../figure/layout.ts';
import type { FigureOptions } from '../figure/options.ts';
import { disc, frame, text } from '../figure/svg.ts';
import { titleOf } from '../method/method.ts';
import { resample, toUnit } from '../pixels.ts';
import type { DetectorExplanation } from './explain.ts';
import type { DetectorTrustVerdict } from './trust.ts';

const scaleBar = { gap: 10, width: 12 };

const refused = '#c8342b';
const signals: Readonly<Record<DetectorTrustVerdict, string>> = {
  'in the box': '#2e9e4f',
  'partly in the box': '#d99a1c',
  'outside the box': refused,
  none: refused,
};

/** A PNG. @param picture the one that was explained */
export async function detectorFigure(
  picture: Raster,
  explanation: DetectorExplanation,
  options: FigureOptions,
): Promise<Uint8Array> {
  const [, , regionWidth, regionHeight] = explanation.region;
  const factor = panelSide / Math.max(regionWidth, regionHeight);
  const panel: Size = { width: Math.round(regionWidth * factor), height: Math.round(regionHeight * factor) };
  const column = Math.max(panel.width, leastColumn);
  const inset = Math.trunc((column - panel.width) / 2);
  const top = margin + header;
  const left = margin;
  const right = left + column + gap;
  const size: Size = {
    width: right + column + scaleBar.gap + scaleBar.width + margin,
    height: top + panel.height + footer + margin,
  };
  const map = colourise(
    toUnit(resample(explanation.shown, panel)).values,
    panel.width,
    panel.height,
    options.colours,
  );
  const original = await resize(crop(picture, explanation.region), panel);
  const barAt = right + inset + panel.width + scaleBar.gap;
  const boxes = (x: number) => boxesOf(explanation, factor, [x + inset, top, panel.width, panel.height]);
  const bottom = top + panel.height;
  return compose(
    size,
    [
      { raster: original, left: left + inset, top },
      { raster: map, left: right + inset, top },
      { raster: bar(panel.height, options.colours), left: barAt, top },
    ],
    [
      boxes(left),
      boxes(right),
      heading(`true: ${options.truth ?? 'not known'}`, legend(explanation), left, column),
      heading(
        predicted(explanation),
        `${titleOf(explanation.method)} at ${explanation.layer}`,
        right,
        column,
      ),
      verdict(explanation, bottom, size.width),
    ].join(''),
  );
}

function heading(line: string, below: string, x: number, room: number): string {
  return (
    text(line, { x, y: margin + 26, size: 26, colour: ink, bold: true, room }) +
    text(below, { x, y: margin + 60, size: 17, colour: pale, room })
  );
}

function predicted({ label, score }: DetectorExplanation): string {
  return `predicted: ${label}, ${Math.round(score * 100)} %`;
}

function legend({ asked, iou }: DetectorExplanation): string {
  return asked === null || iou === null
    ? 'the model’s box'
    : `dashed: asked, solid: model’s (IoU ${iou.toFixed(2)})`;
}

function boxesOf({ box, asked, region }: DetectorExplanation, factor: number, panel: Box): string {
  const placed = (shown: Box) =>
    translate(scale(translate(shown, -region[0], -region[1]), factor), panel[0], panel[1]);
  return frame(placed(box), panel) + (asked ? frame(placed(asked), panel, true) : '');
}

function verdict({ trust, model, region }: DetectorExplanation, bottom: number, width: number): string {
  const room = width - 2 * margin - 24;
  const share = Math.round(trust.centreBlob.energyInBox * 100);
  const [, , w, h] = region;
  const facts = `a blob in the middle would have ${share} % · ${w} × ${h} px · model ${model}`;
  return (
    disc(margin + 8, bottom + 40, 8, signals[trust.evidence]) +
    text(trust.says, {
      x: margin + 26,
      y: bottom + 47,
      size: 20,
      colour: ink,
      room,
    }) +
    text(facts, { x: margin + 26, y: bottom + 76, size: 15, colour: pale, room })
  );
}

/** The colours from most (top) to nothing (bottom). */
function bar(height: number, colours: ColormapName): Raster {
  const { width } = scaleBar;
  const values = Float32Array.from(
    { length: width * height },
    (_, i) => 1 - Math.trunc(i / width) / (height - 1),
  );
  return colourise(values, width, height, colours);
}
