/** The figure of a classifier's explanation, as in the note: the original left, the map right, both labels above. */
import type { Size } from '../../../pipeline/domain/vision/box.ts';
import { colourise } from '../../../pipeline/domain/vision/colormap.ts';
import type { Raster } from '../../../pipeline/domain/vision/image.ts';
import { compose, resize } from '../figure/canvas.ts';
import { footer, gap, header, ink, leastColumn, margin, pale, panelSide } from '../figure/layout.ts';
import type { FigureOptions } from '../figure/options.ts';
import { disc, text } from '../figure/svg.ts';
import { titleOf } from '../method/method.ts';
import { resample, toUnit } from '../pixels.ts';
import type { ClassifierExplanation } from './explain.ts';
import type { ClassifierTrustVerdict } from './trust.ts';

const [right, wrong] = ['#2e9e4f', '#c8342b'];
const signals: Readonly<Record<ClassifierTrustVerdict, string>> = {
  supported: right,
  'partly supported': '#d99a1c',
  'not supported': wrong,
};

/** A PNG. @param picture the one that was explained */
export async function classifierFigure(
  picture: Raster,
  explanation: ClassifierExplanation,
  { truth, colours }: FigureOptions,
): Promise<Uint8Array> {
  const factor = panelSide / Math.max(picture.width, picture.height);
  const panel: Size = {
    width: Math.max(1, Math.round(picture.width * factor)),
    height: Math.max(1, Math.round(picture.height * factor)),
  };
  const column = Math.max(panel.width, leastColumn);
  const inset = Math.trunc((column - panel.width) / 2);
  const top = margin + header;
  const second = margin + column + gap;
  const size: Size = { width: second + column + margin, height: top + panel.height + footer + margin };
  const map = colourise(
    toUnit(resample(explanation.shown, panel)).values,
    panel.width,
    panel.height,
    colours,
  );
  const bottom = top + panel.height;
  const room = size.width - 2 * margin - 26;
  return compose(
    size,
    [
      { raster: await resize(picture, panel), left: margin + inset, top },
      { raster: map, left: second + inset, top },
    ],
    [
      headings(explanation, truth, second, column),
      verdict(explanation, bottom, room),
      text(`${picture.width} × ${picture.height} px · model ${explanation.model}`, {
        x: margin + 26,
        y: bottom + 76,
        size: 15,
        colour: pale,
        room,
      }),
    ].join(''),
  );
}

/** True label above the original, predicted label and method above the map. @param second left edge of the map's column, px */
function headings(
  explanation: ClassifierExplanation,
  truth: string | null,
  second: number,
  column: number,
): string {
  const predicted = explanation.predictions[0]!; // a classifier has classes
  const known = truth === null ? ink : predicted.label === truth ? right : wrong;
  const above = (words: string, x: number, colour: string) =>
    text(words, { x, y: margin + 26, size: 26, colour, bold: true, room: column });
  const below = (words: string, x: number) =>
    text(words, { x, y: margin + 60, size: 17, colour: pale, bold: false, room: column });
  const { method, label, score, layer } = explanation;
  return [
    above(`true: ${truth ?? 'not known'}`, margin, ink),
    below(others(explanation), margin),
    above(`predicted: ${predicted.label}, ${percent(predicted.probability)}`, second, known),
    below(`${titleOf(method)} of ${label}, ${percent(score)}, at ${layer}`, second),
  ].join('');
}

function verdict({ trust, sanity }: ClassifierExplanation, bottom: number, room: number): string {
  const failed = sanity && !sanity.passes ? `do not trust: this method ${sanity.says}` : undefined;
  const says = failed ?? trust?.says ?? 'not measured whether the class goes with the map';
  const signal = failed ? wrong : trust ? signals[trust.evidence] : pale;
  return (
    disc(margin + 8, bottom + 40, 8, signal) +
    text(says, { x: margin + 26, y: bottom + 47, size: 20, colour: ink, room })
  );
}

/** The next classes: how sure it was. */
function others({ predictions }: ClassifierExplanation): string {
  const next = predictions.slice(1, 3).map(({ label, probability }) => `${label} ${percent(probability)}`);
  return `then: ${next.join(', ')}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
