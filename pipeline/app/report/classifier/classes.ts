/** Which class is found, and what it is taken for. */
import { count } from '../figures.ts';
import { type Html, html } from '../markup.ts';
import { type Section, table } from '../sections/section.ts';
import type { ClassifierReport } from './data.ts';

export function classes({ training: { classes, scores } }: ClassifierReport): Section {
  const rows = classes.map(({ name, train, heldOut }) => {
    const own = scores?.perClass[name];
    return html`<tr><th scope="row">${name}</th>
      <td>${measure(own?.precision ?? null)}</td><td>${measure(own?.recall ?? null)}</td>
      <td>${count(heldOut)}</td><td>${count(train)}</td></tr>`;
  });
  return {
    id: 'classes',
    heading: 'Class by class',
    body: html`<p class="note">Precision: of the pictures called so, how many are. Recall: of those that are, how many were called so.</p>
      <div class="beside">${table('Classes', ['class', 'precision', 'recall', 'held out', 'learnt from'], rows)}
      ${
        scores &&
        confusion(
          classes.map(({ name }) => name),
          scores.confusion,
        )
      }</div>`,
  };
}

function measure(share: number | null): Html {
  if (share === null) return html`<span class="dim">–</span>`;
  const text = `${(100 * share).toFixed(1)} %`;
  return html`<div class="measure">${text}<i><b style="width:${(100 * share).toFixed(1)}%;background:var(--accent)"></b></i></div>`;
}

/** @param counts `[true class][predicted class]` */
function confusion(names: readonly string[], counts: readonly (readonly number[])[]): Html {
  const rows = counts.map((row, truth) => {
    const all = Math.max(
      1,
      row.reduce((sum, n) => sum + n, 0),
    );
    return html`<tr><th scope="row">${names[truth]}</th>${row.map(
      (n, predicted) =>
        html`<td class="${predicted === truth ? 'right' : n === 0 ? 'zero' : ''}" style="--share:${(n / all).toFixed(3)}">${count(n)}</td>`,
    )}</tr>`;
  });
  return html`<div class="confusion">${table('What is taken for what', ['true ↓ predicted →', ...names], rows)}</div>`;
}
