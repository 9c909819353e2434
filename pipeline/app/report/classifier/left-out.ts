/** What was not learnt from or not scored on, and why. */
import type { LeftOut } from '../../../domain/models/classifier/training.ts';
import { counted } from '../figures.ts';
import { type Html, html } from '../markup.ts';
import { type Section, table } from '../sections/section.ts';
import type { ClassifierReport } from './data.ts';
import { thumbnail } from './thumbnail.ts';

const kinds: Readonly<Record<LeftOut['kind'], string>> = {
  conflict: 'in two classes: nobody knows which is true',
  unreadable: 'no picture, or a damaged one',
  leak: 'to learn from and to score on: being scored on what one has learnt would be cheating',
  duplicate: 'there twice: kept once',
};

/** Names in a list before it is folded. */
const few = 12;

export async function leftOut({ leftOut }: ClassifierReport): Promise<Section> {
  const parts: Html[] = [];
  for (const [kind, meaning] of Object.entries(kinds)) {
    const pictures = leftOut.filter((picture) => picture.kind === kind);
    if (pictures.length > 0) parts.push(await part(kind, meaning, pictures));
  }
  return {
    id: 'left-out',
    heading: 'Pictures left out',
    body: parts.length === 0 ? html`<p>None.</p>` : html`${parts}`,
  };
}

async function part(kind: string, meaning: string, pictures: ClassifierReport['leftOut']): Promise<Html> {
  const shots: Html[] = [];
  for (const { picture, name, message } of pictures) {
    if (picture)
      shots.push(await thumbnail(picture, name, html`${name}<small class="dim">${message}</small>`));
  }
  const rest = pictures.filter(({ picture }) => picture === null);
  const rows = rest.map(
    ({ name, message }) => html`<tr><th scope="row">${name}</th><td class="reason">${message}</td></tr>`,
  );
  const list = rows.length > 0 ? table(kind, ['picture', 'why'], rows) : null;
  return html`<h3>${counted(pictures.length, kind === 'unreadable' ? 'unreadable file' : kind)} <small>${meaning}</small></h3>
    ${shots.length > 0 && html`<div class="thumbs">${shots}</div>`}
    ${rows.length > few ? html`<details class="numbers"><summary>${rows.length} ${shots.length > 0 ? 'more' : 'of them'}</summary>${list}</details>` : list}`;
}
