/** The detector before and after main training, on the same held-out pictures. */
import type { HeldOutScores, ModelReport, ReportData } from '../data.ts';
import { count, difference, duration, score } from '../figures.ts';
import { type Html, html } from '../markup.ts';
import { trainingCharts } from '../training-charts.ts';
import { type Section, table } from './section.ts';

/** null where nothing was trained. */
export async function models({ pre, main, promotion }: ReportData): Promise<Section | null> {
  if (pre === null && main === null) return null;
  return {
    id: 'models',
    heading: pre && main ? 'Pre against main' : 'The model',
    body: html`<p><b class="key pre">pre</b> is trained on the boxes drawn by hand, <b class="key main">main</b> on
      the labels that came from it.</p>
      ${
        promotion !== null &&
        html`<p class="promotion"><strong class="verdict ${promotion.promoted ? 'good' : 'bad'}">${
          promotion.promoted ? '✓ main is promoted' : '✗ main is not promoted'
        }</strong> ${promotion.why}</p>`
      }
      <div class="beside">${compare('Held-out scores', pre?.scores ?? null, main?.scores ?? null)}${origins(pre, main)}</div>
      <div class="charts">${await trainingCharts({ pre, main })}</div>
      ${[pre && history('pre', pre), main && history('main', main)]}`,
  };
}

const measures = [
  { key: 'ap50', name: 'AP50', meaning: 'finds the animals, boxes overlap by half' },
  { key: 'ap50_95', name: 'AP50:95', meaning: 'and the boxes fit closely' },
  { key: 'meanIoU', name: 'mean IoU', meaning: 'overlap of a box with the true one' },
  { key: 'recall', name: 'recall', meaning: 'animals found, over all overlaps' },
] as const;

/** One row a measure, with the difference where both models have it. */
export function compare(name: string, pre: HeldOutScores | null, main: HeldOutScores | null): Html | null {
  if (pre === null && main === null) return null;
  const rows = measures.map(
    ({ key, name, meaning }) => html`<tr><th scope="row"><b>${name}</b><small>${meaning}</small></th>
      <td>${score(pre?.[key])}</td><td>${score(main?.[key])}</td><td>${pre && main && change(main[key] - pre[key])}</td></tr>`,
  );
  const pictures = html`<tr class="dim"><th scope="row">pictures</th><td>${pre ? count(pre.images) : '–'}</td><td>${
    main ? count(main.images) : '–'
  }</td><td></td></tr>`;
  return table(name, [name, 'pre', 'main', 'difference'], [...rows, pictures]);
}

function change(by: number): Html {
  const text = difference(by);
  return html`<span class="${text.startsWith('+') ? 'up' : text.startsWith('−') ? 'down' : 'dim'}">${text}</span>`;
}

/** How each model came about. */
function origins(pre: ModelReport | null, main: ModelReport | null): Html {
  const rows: readonly [string, (model: ModelReport) => Html | string][] = [
    ['network', ({ network }) => network],
    ['started from', ({ start }) => (start === pre?.id ? 'pre' : start)],
    ['pictures', ({ trainedOn }) => count(trainedOn.examples)],
    ['boxes', ({ trainedOn }) => count(trainedOn.boxes)],
    ['epochs', ({ history }) => count(history.length)],
    ['training time', ({ history }) => duration(history.at(-1)?.seconds ?? 0)],
    ['id', ({ id }) => html`<code>${id}</code>`],
  ];
  const models = [pre, main];
  return table(
    'How they were trained',
    ['Training', 'pre', 'main'],
    rows.map(
      ([name, of]) =>
        html`<tr><th scope="row">${name}</th>${models.map((model) => html`<td>${model ? of(model) : '–'}</td>`)}</tr>`,
    ),
  );
}

function history(name: string, { history }: ModelReport): Html | null {
  if (history.length === 0) return null;
  const rows = history.map(
    ({
      epoch,
      loss,
      ap50,
      ap50_95,
      meanIoU,
      seconds,
    }) => html`<tr><th scope="row">${epoch}</th><td>${score(loss)}</td>
      <td>${score(ap50)}</td><td>${score(ap50_95)}</td><td>${score(meanIoU)}</td><td>${duration(seconds)}</td></tr>`,
  );
  return html`<details class="numbers"><summary>Epochs of ${name} in numbers</summary>${table(
    `Epochs of ${name}`,
    ['epoch', 'loss', 'AP50', 'AP50:95', 'mean IoU', 'after'],
    rows,
  )}</details>`;
}
