/** A part of the page with a heading that the navigation leads to. */
import { type Html, html } from '../markup.ts';

export interface Section {
  /** Unique on the page. */
  readonly id: string;
  readonly heading: string;
  readonly body: Html;
}

export function renderSection({ id, heading, body }: Section): Html {
  return html`<section id="${id}" tabindex="-1" aria-labelledby="${id}-heading">
    <h2 id="${id}-heading">${heading}</h2>${body}</section>`;
}

/** A table that scrolls sideways on its own where it is too wide, by keyboard too. */
export function table(name: string, head: readonly string[], rows: readonly Html[]): Html {
  return html`<div class="wide" role="region" aria-label="${name}" tabindex="0"><table>
    <thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
    <tbody>${rows}</tbody></table></div>`;
}
