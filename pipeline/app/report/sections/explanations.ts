/** Where the model looked when it decided, and whether the map is worth believing. */
import type { ExplanationReport, ReportData } from '../data.ts';
import { score } from '../figures.ts';
import { type Html, html } from '../markup.ts';
import { longestSide, pictureAddress } from '../pictures.ts';
import type { Section } from './section.ts';

/** null where nothing was explained. */
export async function explanations({ explanations }: ReportData): Promise<Section | null> {
  if (explanations.length === 0) return null;
  const figures: Html[] = [];
  for (const explanation of explanations) figures.push(await figure(explanation));
  return {
    id: 'explanations',
    heading: 'Why the model decided so',
    body: html`<p>Left what the model saw, right what its decision rests on: red most, blue least.</p>
      <div class="explanations">${figures}</div>`,
  };
}

async function figure({ name, png, verdict, trusted, figures }: ExplanationReport): Promise<Html> {
  const address = await pictureAddress(png, longestSide.figure, name);
  const entries = Object.entries(figures);
  return html`<figure class="explanation">
    ${
      address === null
        ? html`<p class="missing">The figure can’t be read.</p>`
        : html`<img src="${address}" alt="Explanation of ${name}: original left, map right">`
    }
    <figcaption><b>${name}</b>
      <p><strong class="verdict ${trusted ? 'good' : 'bad'}">${trusted ? '✓ to be trusted' : '✗ not to be trusted'}</strong> ${verdict}</p>
      ${
        entries.length > 0 &&
        html`<dl>${entries.map(
          ([key, value]) =>
            html`<div><dt>${key}</dt><dd>${typeof value === 'number' ? score(value) : value}</dd></div>`,
        )}</dl>`
      }
    </figcaption></figure>`;
}
