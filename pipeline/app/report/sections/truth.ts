/** How good labels and models really are, where the truth is known. */
import { causes } from '../../../domain/formats/label-row.ts';
import type { LabelScores } from '../../../domain/scores/labels.ts';
import { lineSample, measureCell } from '../causes.ts';
import type { ReportData } from '../data.ts';
import { count, percent, score } from '../figures.ts';
import { type Html, html } from '../markup.ts';
import { compare } from './models.ts';
import { type Section, table } from './section.ts';

/** null where the truth is not known. */
export function truth({ truth }: ReportData): Section | null {
  if (truth === null) return null;
  return {
    id: 'truth',
    heading: 'Against the truth',
    body: html`<p>Truth: ${truth.source}. It was used for scoring only, never for training.</p>
      <div class="beside">${truth.labels && labels(truth.labels)}${compare('Models', truth.pre, truth.main)}</div>`,
  };
}

function labels(scores: LabelScores): Html {
  const rows = causes.map((cause) => {
    const { labels, meanIoU } = scores.byCause[cause];
    return html`<tr${labels === 0 && html` class="zero"`}><th scope="row">${lineSample(cause)}<b>${cause}</b></th>
      <td>${count(labels)}</td>${measureCell(cause, score(meanIoU), meanIoU ?? 0)}</tr>`;
  });
  const all = html`<tr class="total"><th scope="row">all</th><td>${count(scores.truths)}</td><td>${score(scores.meanIoU)}</td></tr>`;
  const { within50, within75, missed, extra, tracking } = scores;
  return html`<div class="narrow">${table('Labels against the truth', ['labels', 'scored', 'mean IoU'], [...rows, all])}
    <p class="dim">IoU at least 0.5: ${percent(within50)}, at least 0.75: ${percent(within75)}; ${count(missed)} missed,
    ${count(extra)} that are no animal${
      tracking !== null &&
      `; HOTA ${score(tracking.hota)}, IDF1 ${score(tracking.idf1)}, ${count(tracking.switches)} changes of identity`
    }.
    A missed animal counts 0 in “all”.</p></div>`;
}
