/** The whole report as one HTML document that needs nothing from outside and runs no script. */
import type { ReportData } from './data.ts';
import { html, trusted } from './markup.ts';
import { clips } from './sections/clips.ts';
import { explanations } from './sections/explanations.ts';
import { labels } from './sections/labels.ts';
import { models } from './sections/models.ts';
import { overview } from './sections/overview.ts';
import { problems } from './sections/problems.ts';
import { run } from './sections/run.ts';
import { renderSection, type Section } from './sections/section.ts';
import { truth } from './sections/truth.ts';
import { style } from './style.ts';

/** The second lock behind escaping: whatever a file is called, a browser loads nothing and runs nothing. */
const policy =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A search region with a box in it. */
const mark = html`<svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true"><path
  d="M1 6V1h5M14 1h5v5M19 14v5h-5M6 19H1v-5M6.5 7.5h7v5h-7z" fill="none" stroke="currentColor" stroke-width="2"/></svg>`;

export async function renderPage(data: ReportData): Promise<string> {
  const sections = await sectionsOf(data);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${data.title} – Shika report</title>
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#overview">Skip to the content</a>
<header><p class="brand">${mark}Shika report</p>
<h1>${data.title}</h1><p class="dim"><time datetime="${data.createdAt}">${readableTime(data.createdAt)}</time></p></header>
<nav aria-label="Sections"><ul>${sections.map(({ id, heading }) => html`<li><a href="#${id}">${heading}</a></li>`)}</ul></nav>
<main>${sections.map(renderSection)}</main>
</body>
</html>
`;
  return page.toString();
}

async function sectionsOf(data: ReportData): Promise<Section[]> {
  const sections: (Section | null)[] = [
    overview(data),
    problems(data),
    await labels(data),
    await clips(data),
    await models(data),
    truth(data),
    await explanations(data),
    await run(data),
  ];
  return sections.filter((section) => section !== null);
}

/** "2026-11-23 04:10 UTC"; the text as it is where it is no time. */
function readableTime(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
