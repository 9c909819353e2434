/** The page of `shika explain`: every picture with its map, sortable by what the map is worth. */
import { createHash } from 'node:crypto';
import type { ExplainFigures } from '../../../schemas/explain-job.ts';
import type { Raster } from '../../domain/vision/image.ts';
import { headOf } from './document.ts';
import { type Html, html, trusted } from './markup.ts';
import { addressOf } from './pictures.ts';

export interface ExplainRow {
  readonly image: string;
  /** File name of the figure, beside the page. */
  readonly figure: string;
  /** Longer side {@link thumbnailSide}, twice what is shown. */
  readonly thumbnail: Raster;
  /** 'in the box', 'supported', …  */
  readonly evidence: string;
  readonly says: string;
  readonly figures: ExplainFigures;
}

export interface ExplainPage {
  readonly title: string;
  readonly rows: readonly ExplainRow[];
  readonly failures: readonly { readonly image: string; readonly failure: string }[];
}

/** px */
export const thumbnailSide = 320;

/** Figures that are shown, in this order, with what they mean. */
const columns: readonly (readonly [key: keyof ExplainFigures, heading: string, meaning: string])[] = [
  ['score', 'Score', 'how sure the model is'],
  ['energyInBox', 'Energy in box', 'share of the map in the box: more is better'],
  ['pointing', 'Hit', '1 where the map’s peak lies in the box'],
  ['deletion', 'Deletion', 'what is left of the score as the map’s highest cells go: less is better'],
  ['insertion', 'Insertion', 'what comes back of the score with them: more is better'],
  ['road', 'ROAD', 'lowest cells taken out against highest, filled from around: more is better'],
];

/** A click on a heading sorts by its column, a second one the other way. */
const script = `
for (const button of document.querySelectorAll('th button')) button.addEventListener('click', () => {
  const heading = button.closest('th'), table = heading.closest('table'), body = table.tBodies[0];
  const rising = heading.getAttribute('aria-sort') !== 'ascending';
  const value = (row) => row.cells[heading.cellIndex].dataset.sort ?? row.cells[heading.cellIndex].textContent;
  const order = (a, b) => { const x = value(a), y = value(b); const n = Number(x) - Number(y);
    return Number.isNaN(n) ? x.localeCompare(y) : n; };
  for (const other of table.querySelectorAll('th')) other.removeAttribute('aria-sort');
  heading.setAttribute('aria-sort', rising ? 'ascending' : 'descending');
  body.append(...[...body.rows].sort((a, b) => rising ? order(a, b) : order(b, a)));
});
`;

/** Only this script runs, whatever a file is called. */
const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${createHash(
  'sha256',
)
  .update(script)
  .digest('base64')}'; base-uri 'none'; form-action 'none'`;

const ownStyle = `
th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
th[aria-sort=ascending] button::after { content: ' ▲'; } th[aria-sort=descending] button::after { content: ' ▼'; }
td img { display: block; width: 160px; height: auto; border-radius: 4px; }
td.says { white-space: normal; text-align: left; min-width: 16rem; } td.name { overflow-wrap: anywhere; white-space: normal; }
`;

/** One HTML file; the figures that it links to lie beside it. */
export async function renderExplainPage({ title, rows, failures }: ExplainPage): Promise<string> {
  const shown = columns.filter(([key]) => rows.some(({ figures }) => figures[key] !== undefined));
  const lines: Html[] = [];
  for (const row of rows)
    lines.push(
      await line(
        row,
        shown.map(([key]) => key),
      ),
    );
  const page = html`<!doctype html>
<html lang="en">
<head>
${headOf(`${title} – Shika`, policy, ownStyle)}
</head>
<body>
<header><p class="brand">Shika</p><h1>${title}</h1>
<p class="dim">${rows.length} pictures explained. Click on a heading to sort, on a picture for its figure.</p></header>
<main>
${failures.length > 0 && html`<section><h2>Not explained</h2><ul class="problems">${failures.map(({ image, failure }) => html`<li><b>${image}</b>${failure}</li>`)}</ul></section>`}
<section><div class="wide"><table>
<thead><tr><th>Picture</th>${heading('Name', 'of the file')}${shown.map(([, name, meaning]) => heading(name, meaning))}${heading('Evidence', 'where it lies, or whether the class goes with it')}<th></th></tr></thead>
<tbody>${lines}</tbody></table></div></section>
</main>
<script>${trusted(script)}</script>
</body>
</html>
`;
  return page.toString();
}

function heading(name: string, meaning: string): Html {
  return html`<th title="${meaning}"><button type="button">${name}</button></th>`;
}

async function line(
  { image, figure, thumbnail, evidence, says, figures }: ExplainRow,
  keys: readonly (keyof ExplainFigures)[],
): Promise<Html> {
  const picture = html`<img src="${await addressOf(thumbnail)}" alt="Map over ${image}" loading="lazy">`;
  const bad = says.startsWith('do not trust');
  return html`<tr><td><a href="${encodeURIComponent(figure)}">${picture}</a></td><td class="name">${image}</td>
${keys.map((key) => html`<td data-sort="${figures[key] ?? -1}">${figures[key]?.toFixed(2) ?? '–'}</td>`)}
<td>${evidence}</td><td class="says ${bad ? 'bad' : ''}">${says}</td></tr>`;
}
