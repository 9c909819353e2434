/** A report as one HTML document that needs nothing from outside and runs no script. */
import { type Html, html, trusted } from './markup.ts';
import { renderSection, type Section } from './sections/section.ts';
import { style } from './style.ts';

export interface ReportDocument {
  readonly title: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** At least one; the navigation leads to each. */
  readonly sections: readonly Section[];
  /** What the page needs beside the common style sheet. */
  readonly style?: string;
}

/** The second lock behind escaping: whatever a file is called, a browser loads nothing and runs nothing. */
const policy =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A search region with a box in it. */
const mark = html`<svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true"><path
  d="M1 6V1h5M14 1h5v5M19 14v5h-5M6 19H1v-5M6.5 7.5h7v5h-7z" fill="none" stroke="currentColor" stroke-width="2"/></svg>`;

/**
 * What every page of ours begins with.
 * @param policy of content security
 * @param own styles beside those that all have
 */
export function headOf(title: string, policy: string, own: string): Html {
  return html`<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${trusted(style)}${trusted(own)}</style>`;
}

export function renderDocument({ title, createdAt, sections, style: own = '' }: ReportDocument): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
${headOf(`${title} – Shika report`, policy, own)}
</head>
<body>
<a class="skip" href="#${sections[0]?.id}">Skip to the content</a>
<header><p class="brand">${mark}Shika report</p>
<h1>${title}</h1><p class="dim"><time datetime="${createdAt}">${readableTime(createdAt)}</time></p></header>
<nav aria-label="Sections"><ul>${sections.map(({ id, heading }) => html`<li><a href="#${id}">${heading}</a></li>`)}</ul></nav>
<main>${sections.map(renderSection)}</main>
</body>
</html>
`;
  return page.toString();
}

/** "2026-11-23 04:10 UTC"; the text as it is where it is no time. */
function readableTime(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
