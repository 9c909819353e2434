/** How it ran: what a person needs to do it again or to ask why it took so long. */
import type { ReportData } from '../data.ts';
import { duration, short } from '../figures.ts';
import { html } from '../markup.ts';
import { stepsChart } from '../run-charts.ts';
import type { Section } from './section.ts';

export async function run({
  seconds,
  totalSeconds,
  framesPerSecond,
  command,
  version,
  createdAt,
}: ReportData): Promise<Section> {
  return {
    id: 'run',
    heading: 'How it ran',
    body: html`<div class="beside"><dl class="facts">
        <div><dt>time</dt><dd>${duration(totalSeconds)}</dd></div>
        ${framesPerSecond !== null && html`<div><dt>speed</dt><dd>${short(framesPerSecond)} frames a second</dd></div>`}
        <div><dt>made by</dt><dd>Shika ${version}, <time datetime="${createdAt}">${createdAt}</time></dd></div>
      </dl>${await stepsChart(seconds)}</div>
      ${command !== null && html`<p class="label">Command</p><pre tabindex="0">${command}</pre>`}`,
  };
}
