/** A detector's worst mistakes as small pictures: what is there in one line, what was found in the other. */
import type { PicturedMistake } from '../../domain/scores/mistakes.ts';
import { area, type Box } from '../../domain/vision/box.ts';
import { percent } from './figures.ts';
import { type Html, html } from './markup.ts';
import { longestSide, pictureAddress } from './pictures.ts';

/** Okabe and Ito's colours, and a dash that says the same without them. */
const lines = {
  true: { colour: '#009e73', dash: 'none', meaning: 'is there' },
  found: { colour: '#e69f00', dash: '7 3', meaning: 'was found, with its score' },
} as const;
type LineName = keyof typeof lines;

export async function mistakeSheet(mistakes: readonly PicturedMistake[]): Promise<Html> {
  const shots: Html[] = [];
  for (const mistake of mistakes) {
    const { picture, name } = mistake;
    shots.push(shot(mistake, picture && (await pictureAddress(picture, longestSide.sample, name))));
  }
  return html`<div class="sheet">${shots}</div>`;
}

export function mistakeLegend(): Html {
  return html`<ul class="legend" aria-label="Lines">${Object.entries(lines).map(
    ([
      name,
      { colour, dash, meaning },
    ]) => html`<li><svg class="line-sample" viewBox="0 0 26 10" width="26" height="10"
      aria-hidden="true"><path d="M1 5h24" stroke="${colour}" stroke-width="3" stroke-dasharray="${dash}"/></svg><b>${name}</b>
      <span>${meaning}</span></li>`,
  )}</ul>`;
}

/** What is wrong, to be read after the word for it: `missed`, `false` or `loose`. */
function saying({ wrong, label, box, score, overlap, size }: PicturedMistake): string {
  const sure = score === null ? '' : `score ${score.toFixed(2)}`;
  switch (wrong) {
    case 'missed':
      return `${label}, ${percent(area(box) / (size.width * size.height))} of the picture`;
    case 'false':
      return `box of a ${label}, ${sure}`;
    case 'loose':
      return `box of a ${label}, overlap ${overlap.toFixed(2)}, ${sure}`;
  }
}

function shot(mistake: PicturedMistake, address: string | null): Html {
  const { name, size, truth, found, wrong, box } = mistake;
  const { width, height } = size;
  const says = saying(mistake);
  const picture =
    address === null
      ? html`<p class="missing">The picture can’t be read.</p>`
      : html`<img src="${address}" width="${width}" height="${height}" alt="${name}: ${wrong} ${says}">`;
  const isMeant = (other: Box) => other.every((value, i) => value === box[i]);
  return html`<figure class="shot">
    <div class="frame" style="aspect-ratio:${width}/${height}">${picture}
      <svg viewBox="0 0 ${width} ${height}" aria-hidden="true">${truth.map(({ box, label }) =>
        outline('true', box, label, wrong === 'missed' && isMeant(box)),
      )}${found.map(({ box, label, score }) =>
        outline('found', box, `${label} ${score.toFixed(2)}`, wrong !== 'missed' && isMeant(box)),
      )}</svg></div>
    <figcaption><span><b class="bad">${wrong}</b> ${says}</span><small class="name">${name}</small></figcaption>
  </figure>`;
}

/** The box that is meant has the thicker line. */
function outline(line: LineName, box: Box, title: string, isMeant: boolean): Html {
  const [x, y, w, h] = box.map((value) => Math.round(value * 10) / 10);
  const { colour, dash } = lines[line];
  return html`<g class="box ${isMeant && 'hand'}"><title>${line}: ${title}</title>
    <rect class="halo" x="${x}" y="${y}" width="${w}" height="${h}"/>
    <rect class="edge" x="${x}" y="${y}" width="${w}" height="${h}" stroke="${colour}" stroke-dasharray="${dash}"/></g>`;
}
