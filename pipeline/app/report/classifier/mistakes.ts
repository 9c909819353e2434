/** The mistakes that it was surest of: often a wrong label, a bad crop, or two classes in one picture. */
import { counted, percent } from '../figures.ts';
import { type Html, html } from '../markup.ts';
import type { Section } from '../sections/section.ts';
import type { ClassifierReport } from './data.ts';
import { thumbnail } from './thumbnail.ts';

/** null where nothing was scored. */
export async function mistakes({
  training: { scores },
  mistakes,
}: ClassifierReport): Promise<Section | null> {
  if (!scores) return null;
  const all = scores.mistakes.length;
  const shots: Html[] = [];
  for (const { picture, name, truth, predicted, probability } of mistakes) {
    shots.push(
      await thumbnail(
        picture,
        name,
        html`<b class="good">${truth}</b>, taken for <b class="bad">${predicted}</b> (${percent(probability)})<small class="dim">${name}</small>`,
      ),
    );
  }
  const most = all > shots.length ? `, the ${shots.length} worst of them` : '';
  return {
    id: 'mistakes',
    heading: 'Worst mistakes',
    body:
      all === 0
        ? html`<p>None on the held-out pictures.</p>`
        : html`<p class="note">${counted(all, 'mistake')}${most}, the surest first: the percentage is how sure it was of the wrong class.</p>
      <div class="thumbs">${shots}</div>`,
  };
}
