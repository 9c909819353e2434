/**
 * How each cause looks, everywhere in the report. Colours are Okabe and Ito's, which people with any kind of colour
 * blindness tell apart; line styles say the same without colour: the less was seen, the less of the line is there.
 */
import { type Cause, noCauses } from '../../../schemas/terms.ts';
import { causes, type LabelRow } from '../../domain/formats/label-row.ts';
import { type Html, html } from './markup.ts';

export interface Look {
  readonly colour: string;
  /** SVG `stroke-dasharray`, in px of the screen. */
  readonly dash: string;
  readonly meaning: string;
}

export const looks: Readonly<Record<Cause, Look>> = {
  hand: { colour: '#cc79a7', dash: 'none', meaning: 'drawn by a person' },
  detected: { colour: '#56b4e9', dash: 'none', meaning: 'found by the detector' },
  followed: { colour: '#009e73', dash: '12 3', meaning: 'not found: followed by its looks' },
  interpolated: {
    colour: '#0072b2',
    dash: '9 4',
    meaning: 'not found: between sure boxes before and behind',
  },
  moved: { colour: '#e69f00', dash: '7 3', meaning: 'not found: moved to where the picture changed' },
  held: { colour: '#d55e00', dash: '2 3', meaning: 'not found, nothing changed: left where it was' },
};

/** From the surest to the most doubtful. */
export const doubt: readonly Cause[] = ['hand', 'detected', 'followed', 'interpolated', 'moved', 'held'];

/** A short piece of the line that the cause's boxes are drawn with. */
export function lineSample(cause: Cause): Html {
  const { colour, dash } = looks[cause];
  const width = cause === 'hand' ? 5 : 3;
  return html`<svg class="line-sample" viewBox="0 0 26 10" width="26" height="10" aria-hidden="true"><path
    d="M1 5h24" stroke="${colour}" stroke-width="${width}" stroke-dasharray="${dash}"/></svg>`;
}

export function legend(): Html {
  return html`<ul class="legend" aria-label="Colours and lines">${causes.map(
    (cause) => html`<li>${lineSample(cause)}<b>${cause}</b> <span>${looks[cause].meaning}</span></li>`,
  )}</ul>`;
}

export function countByCause(labels: readonly LabelRow[]): Readonly<Record<Cause, number>> {
  const counts = noCauses();
  for (const { cause } of labels) counts[cause] += 1;
  return counts;
}

/** One bar, parted by cause: a picture of the numbers that stand beside it. */
export function causeBar(labels: readonly LabelRow[]): Html {
  const counts = countByCause(labels);
  const text = causes.map((cause) => `${cause} ${counts[cause]}`).join(', ');
  return html`<span class="bar" role="img" aria-label="${text}" title="${text}">${causes.map(
    (cause) => counts[cause] > 0 && html`<i class="${cause}" style="flex-grow:${counts[cause]}"></i>`,
  )}</span>`;
}

/** A table's cell: a number with a bar of that share, 0..1, under it. */
export function measureCell(cause: Cause, text: Html | string, share: number): Html {
  const bar = `width:${(share * 100).toFixed(1)}%;background:${looks[cause].colour}`;
  return html`<td class="measure">${text}<i><b style="${bar}"></b></i></td>`;
}
