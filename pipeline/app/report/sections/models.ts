/** The detector before and after main training, on the same held-out pictures. */
import type { HeldOutScores, ModelReport, ReportData } from '../data.ts';
import { count, difference, duration, score } from '../figures.ts';
import { type Html, html } from '../markup.ts';
import { trainingCharts } from '../training-charts.ts';
import { type Section, table } from './section.ts';

/** null where nothing was trained. */
export async function models({
  pre,
  main,
  promotion,
}: Pick<ReportData, 'pre' | 'main' | 'promotion'>): Promise<Section | null> {
  if (pre === null && main === null) return null;
  return {
    id: 'models',
    heading: pre && main ? 'Pre against main' : 'The model',
    body: html`<p>${sayings(pre, main)}</p>
      ${
        promotion !== null &&
        html`<p class="promotion"><strong class="verdict ${promotion.promoted ? 'good' : 'bad'}">${
          promotion.promoted ? '✓ main is promoted' : '✗ main is not promoted'
        }</strong> ${promotion.why}</p>`
      }
      <div class="beside">${compare('Drawn by hand', pre?.drawn?.scores ?? null, main?.drawn?.scores ?? null)}${origins(pre, main)}</div>
      ${onEverything(pre, main)}
      <div class="charts">${await trainingCharts({ pre, main })}</div>
      ${[pre && history('pre', pre), main && history('main', main)]}`,
  };
}

/** Where pictures of clips are held out, too. */
function onEverything(pre: ModelReport | null, main: ModelReport | null): Html | null {
  const last = main ?? pre;
  if (!last?.scores || last.scores.images === last.drawn?.scores.images) return null;
  return html`<details class="numbers"><summary>On all ${count(last.scores.images)} held-out pictures</summary>
    <p class="dim">Most of them carry the pipeline’s own labels, so these figures say how far a model agrees with them, not how good it is.</p>
    ${compare('All held out', pre?.scores ?? null, main?.scores ?? null)}</details>`;
}

function sayings(pre: ModelReport | null, main: ModelReport | null): Html {
  const [ofPre, ofMain] = [html`<b class="key pre">pre</b>`, html`<b class="key main">main</b>`];
  if (pre && main) {
    return html`${ofPre} is trained on the boxes drawn by hand, ${ofMain} on the labels that came from it.`;
  }
  return pre
    ? html`${ofPre} is trained on boxes drawn by hand.`
    : html`${ofMain} is trained on boxes drawn by hand and on the labels that came of them.`;
}

const measures = [
  { key: 'ap50', name: 'AP50', meaning: 'finds the animals, boxes overlap by half' },
  { key: 'ap50_95', name: 'AP50:95', meaning: 'and the boxes fit closely' },
  { key: 'meanIoU', name: 'mean IoU', meaning: 'overlap of a box with the true one' },
  { key: 'recall', name: 'recall', meaning: 'animals found, over all overlaps' },
] as const;

/** One row a measure, with the difference where there are both models. */
export function compare(name: string, pre: HeldOutScores | null, main: HeldOutScores | null): Html | null {
  const models = present(pre, main);
  if (models.length === 0) return null;
  const both = pre && main;
  const rows = measures.map(
    ({ key, name, meaning }) => html`<tr><th scope="row"><b>${name}</b><small>${meaning}</small></th>
      ${models.map(({ model }) => html`<td>${score(model[key])}</td>`)}${both && html`<td>${change(main[key] - pre[key])}</td>`}</tr>`,
  );
  const pictures = html`<tr class="dim"><th scope="row">pictures</th>${models.map(
    ({ model }) => html`<td>${count(model.images)}</td>`,
  )}${both && html`<td></td>`}</tr>`;
  const headings = [name, ...models.map((model) => model.name), ...(both ? ['difference'] : [])];
  return table(name, headings, [...rows, pictures]);
}

function present<T>(pre: T | null, main: T | null): { readonly name: string; readonly model: T }[] {
  return [
    { name: 'pre', model: pre },
    { name: 'main', model: main },
  ].flatMap(({ name, model }) => (model === null ? [] : [{ name, model }]));
}

function change(by: number): Html {
  const text = difference(by);
  return html`<span class="${text.startsWith('+') ? 'up' : text.startsWith('−') ? 'down' : 'dim'}">${text}</span>`;
}

/** Of a training that was watched. */
const course: readonly (readonly [string, (model: ModelReport) => string])[] = [
  ['epochs', ({ history }) => count(history.length)],
  ['training time', ({ history }) => duration(history.at(-1)?.seconds ?? 0)],
];

/** How each model came about. */
function origins(pre: ModelReport | null, main: ModelReport | null): Html {
  const models = present(pre, main);
  const trainedHere = models.some(({ model }) => model.history.length > 0);
  const rows: readonly (readonly [string, (model: ModelReport) => Html | string])[] = [
    ['network', ({ network }) => network],
    ['started from', ({ start }) => (start === pre?.id ? 'pre' : start)],
    ['pictures', ({ trainedOn }) => count(trainedOn.examples)],
    ['boxes', ({ trainedOn }) => count(trainedOn.boxes)],
    [
      'verifier',
      ({ verifier }) =>
        verifier ? `${count(verifier.boxes)} boxes, ${count(verifier.others)} of no animal` : 'none',
    ],
    ...(trainedHere ? course : []),
    ['id', ({ id }) => html`<code>${id}</code>`],
  ];
  return table(
    'How they were trained',
    ['Training', ...models.map(({ name }) => name)],
    rows.map(
      ([name, fact]) =>
        html`<tr><th scope="row">${name}</th>${models.map(({ model }) => html`<td>${fact(model)}</td>`)}</tr>`,
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
