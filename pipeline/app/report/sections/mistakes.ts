/** What each model does worst on the pictures that were held out of its training. */
import type { PicturedMistake } from '../../../domain/scores/mistakes.ts';
import type { ReportData } from '../data.ts';
import { type Html, html } from '../markup.ts';
import { mistakeLegend, mistakeSheet } from '../mistakes.ts';
import type { Section } from './section.ts';

/** null where no model was looked at for mistakes. */
export async function mistakes({ pre, main }: Pick<ReportData, 'pre' | 'main'>): Promise<Section | null> {
  const parts: Html[] = [];
  for (const [name, model] of Object.entries({ pre, main })) {
    if (model?.mistakes && model.scores) parts.push(await ofModel(name, model.mistakes));
  }
  if (parts.length === 0) return null;
  return {
    id: 'mistakes',
    heading: 'Worst mistakes',
    body: html`<p>The largest animals that were missed, the surest boxes where nothing is, and the boxes that fit their animal worst;
      one a picture. The thick line is what is meant.</p>${mistakeLegend()}${parts}`,
  };
}

async function ofModel(name: string, mistakes: readonly PicturedMistake[]): Promise<Html> {
  return html`<h3>${name}</h3>${
    mistakes.length === 0
      ? html`<p class="note">None on the pictures that were held out.</p>`
      : await mistakeSheet(mistakes)
  }`;
}
