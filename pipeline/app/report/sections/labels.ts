/** The labels of all clips: why they are there, how doubtful they are, what was decided. */
import type { Cause } from '../../../../schemas/terms.ts';
import { causes, type LabelRow } from '../../../domain/formats/label-row.ts';
import { lineSample, looks, measureCell } from '../causes.ts';
import type { ReportData } from '../data.ts';
import { count, percent, score, share } from '../figures.ts';
import { type Html, html } from '../markup.ts';
import { riskChart } from '../run-charts.ts';
import { type Section, table } from './section.ts';

/** null where there is no label. */
export async function labels({ clips }: ReportData): Promise<Section | null> {
  const all = clips.flatMap((clip) => clip.labels);
  if (all.length === 0) return null;
  const head = ['cause', 'labels', 'mean risk', 'accepted', 'rejected', 'corrected', 'open'];
  return {
    id: 'labels',
    heading: 'Labels by cause',
    body: html`<p>Every label says why it is there. The further down this table, the less was seen.</p>
      <div class="beside">${table('Labels by cause', head, [
        ...causes.map((cause) => row(cause, all)),
        totals(all),
      ])}${await riskChart(all)}</div>`,
  };
}

function row(cause: Cause, all: readonly LabelRow[]): Html {
  const own = all.filter((label) => label.cause === cause);
  const part = share(own.length, all.length);
  const { meaning } = looks[cause];
  return html`<tr${own.length === 0 && html` class="zero"`}><th scope="row">${lineSample(cause)}<b>${cause}</b><small>${meaning}</small></th>
    ${measureCell(cause, html`<span>${percent(part)}</span> ${count(own.length)}`, part)}
    ${decided(own)}</tr>`;
}

function totals(all: readonly LabelRow[]): Html {
  return html`<tr class="total"><th scope="row">all</th><td>${count(all.length)}</td>${decided(all)}</tr>`;
}

function decided(labels: readonly LabelRow[]): Html {
  const risks = labels.flatMap(({ risk }) => risk ?? []);
  const mean = risks.length === 0 ? null : risks.reduce((sum, risk) => sum + risk, 0) / risks.length;
  const states = (['accepted', 'rejected', 'corrected', null] as const).map(
    (review) => labels.filter((label) => label.review === review).length,
  );
  return html`<td>${score(mean)}</td>${states.map((n) => html`<td>${n === 0 ? '·' : count(n)}</td>`)}`;
}
