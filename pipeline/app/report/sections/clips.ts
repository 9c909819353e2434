/** Each clip: its ledger, its timeline, its contact sheet. */
import type { Size } from '../../../domain/vision/box.ts';
import { causeBar, legend } from '../causes.ts';
import { contactSheet, shotId } from '../contact-sheet.ts';
import type { ClipReport, ReportData } from '../data.ts';
import { count, counted, duration, short } from '../figures.ts';
import { ledgerEquation } from '../ledger.ts';
import { type Html, html } from '../markup.ts';
import { timeline } from '../timeline.ts';
import { type Section, table } from './section.ts';

/** As many clips are open when the page is. */
const open = 3;

/** null where there was none. */
export async function clips({ clips }: ReportData): Promise<Section | null> {
  if (clips.length === 0) return null;
  const parts: Html[] = [];
  let opened = 0;
  for (const [i, clip] of clips.entries()) {
    const isOpen = clip.failure === null && opened < open;
    if (isOpen) opened += 1;
    parts.push(await details(clip, clipId(i), isOpen));
  }
  return {
    id: 'clips',
    heading: clips.length === 1 ? 'The clip' : `Clips (${clips.length})`,
    body: html`${clips.length > 1 && list(clips)}${legend()}${parts}`,
  };
}

function clipId(i: number): string {
  return `clip-${i + 1}`;
}

function list(clips: readonly ClipReport[]): Html {
  return table(
    'Clips',
    ['clip', 'frames', 'labels', 'by cause', 'risk over 0.5', 'length'],
    clips.map(
      (clip, i) =>
        html`<tr><th scope="row"><a href="#${clipId(i)}">${clip.file}</a>${
          clip.failure !== null && html` <em class="rejected">failed</em>`
        }</th><td>${frames(clip)}</td><td>${count(clip.labels.length)}</td><td>${
          clip.labels.length > 0 && causeBar(clip.labels)
        }</td><td>${count(clip.labels.filter(({ risk }) => (risk ?? 0) > 0.5).length)}</td><td>${length(clip)}</td></tr>`,
    ),
  );
}

function frames({ ledger, facts }: ClipReport): string {
  const known = ledger?.decoded ?? facts?.frames;
  return known === undefined ? '–' : count(known);
}

function length({ facts }: ClipReport): string {
  return facts === null || facts.fps === 0 ? '–' : duration(facts.frames / facts.fps);
}

async function details(clip: ClipReport, id: string, isOpen: boolean): Promise<Html> {
  const { file, facts, ledger, damage, failure, labels } = clip;
  return html`<details class="clip" id="${id}"${isOpen && ' open'}>
    <summary><h3>${file}</h3>${causeBarOrFailure(clip)}</summary>
    ${failure !== null && html`<p class="failure"><b>Not finished:</b> ${failure}</p>`}
    ${damage !== null && html`<p class="failure"><b>Damaged:</b> ${damage}</p>`}
    ${
      facts !== null &&
      html`<p class="dim">${facts.width} × ${facts.height} px, ${short(facts.fps)} frames a second, ${length(clip)},
        ${counted(labels.length, 'label')} · clip <code>${facts.clip}</code></p>`
    }
    ${ledger !== null && ledgerEquation(ledger)}
    ${facts !== null && labels.length > 0 && timeline(labels, frameCount(clip), marks(clip, id))}
    ${facts !== null && clip.samples.length > 0 && (await contactSheet(clip, sizeOf(facts), id))}
  </details>`;
}

function causeBarOrFailure({ failure, labels }: ClipReport): Html | false {
  if (failure !== null) return html`<em class="rejected">failed</em>`;
  return labels.length > 0 && causeBar(labels);
}

/** Enough for every label, whatever the container announced. */
function frameCount({ facts, ledger, labels }: ClipReport): number {
  const last = labels.reduce((most, { frame }) => Math.max(most, frame), 0);
  return Math.max(1, ledger?.decoded ?? facts?.frames ?? 0, last + 1);
}

function marks({ samples }: ClipReport, id: string): { frame: number; id: string }[] {
  return samples
    .filter(({ because }) => because === 'doubtful')
    .map(({ frame }) => ({ frame, id: shotId(id, frame) }));
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}
