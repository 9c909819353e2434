/** What could not be used, and why: near the top, because somebody has to do something about it. */
import type { ReportData } from '../data.ts';
import { html } from '../markup.ts';
import type { Section } from './section.ts';

/** null where all went well. */
export function problems({ clips, problems }: ReportData): Section | null {
  const all = [
    ...clips.flatMap(({ file, failure, damage }) => {
      const message = failure ?? damage;
      return message === null ? [] : [{ file, message }];
    }),
    ...problems,
  ];
  if (all.length === 0) return null;
  return {
    id: 'problems',
    heading: `Problems (${all.length})`,
    body: html`<ul class="problems">${all.map(
      ({ file, message }) => html`<li><b>${file}</b><span>${withoutName(message, file)}</span></li>`,
    )}</ul>`,
  };
}

/** Messages often begin with the file's name, which stands beside them already. */
function withoutName(message: string, file: string): string {
  const rest = message.startsWith(file) ? message.slice(file.length).replace(/^[:\s]+/, '') : message;
  return rest === '' ? message : rest;
}
