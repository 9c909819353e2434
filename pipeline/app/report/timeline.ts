/** A clip at a glance: a strip for each track, a cell a frame coloured by cause, and the risk below it as a line. */
import type { Cause } from '../../../schemas/terms.ts';
import type { LabelRow } from '../../domain/formats/label-row.ts';
import { doubt, looks } from './causes.ts';
import { count } from './figures.ts';
import { type Html, html } from './markup.ts';

/** A long clip's frames share cells, so that the drawing stays small; each cell shows the worst of its frames. */
const mostCells = 1200;
const mostTracks = 6;

interface Mark {
  readonly frame: number;
  /** Where the picture is on the page. */
  readonly id: string;
}

/**
 * @param labels of one clip
 * @param marks samples to point at
 */
export function timeline(labels: readonly LabelRow[], frames: number, marks: readonly Mark[]): Html {
  const perCell = Math.ceil(frames / mostCells);
  const cells = Math.ceil(frames / perCell);
  const tracks = [...Map.groupBy(labels, ({ track }) => track)].sort(([a], [b]) => a - b);
  const hidden = tracks.length - mostTracks;
  const at = (frame: number) => `left:${(((frame + 0.5) / frames) * 100).toFixed(2)}%`;
  return html`<div class="timeline">
    ${tracks.slice(0, mostTracks).map(([track, own]) => strip(track, own, cells, perCell, tracks.length > 1))}
    ${hidden > 0 && html`<p class="note">and ${hidden} more tracks</p>`}
    <div class="row"><span class="side">risk</span>${riskLine(labels, cells, perCell)}</div>
    <div class="row"><span class="side"></span><div class="ruler" aria-hidden="true">
      ${marks.map(({ frame, id }) => html`<a href="#${id}" tabindex="-1" style="${at(frame)}" title="frame ${frame}">▴</a>`)}
      ${ticks(frames).map((frame) => html`<span style="${at(frame)}">${frame}</span>`)}
    </div></div>
    ${perCell > 1 && html`<p class="note">Each cell is the most doubtful of ${perCell} frames.</p>`}
  </div>`;
}

interface Run {
  cause: Cause;
  from: number;
  /** Exclusive. */
  to: number;
}

function strip(
  track: number,
  labels: readonly LabelRow[],
  cells: number,
  perCell: number,
  named: boolean,
): Html {
  const text = runsOf(labels, 1).map(({ cause, from, to }) => `${cause} ${frameRange(from, to)}`);
  const spoken = text.length > 12 ? [...text.slice(0, 12), `and ${text.length - 12} more runs`] : text;
  return html`<div class="row"><span class="side">${named ? `track ${track}` : 'cause'}</span><svg class="strip"
    viewBox="0 0 ${cells} 10" preserveAspectRatio="none" role="img" aria-label="${spoken.join(', ')}">${runsOf(
      labels,
      perCell,
    ).map(({ cause, from, to }) => {
      const title = `${cause}: ${frameRange(from * perCell, to * perCell)}`;
      return html`<rect x="${from}" y="0" width="${to - from}" height="10" fill="${looks[cause].colour}"><title>${title}</title></rect>`;
    })}</svg></div>`;
}

function frameRange(from: number, to: number): string {
  return to - from === 1 ? `frame ${count(from)}` : `frames ${count(from)}–${count(to - 1)}`;
}

/** Neighbouring cells of one cause, joined; in units of cells. */
function runsOf(labels: readonly LabelRow[], perCell: number): Run[] {
  const worst = new Map<number, Cause>();
  for (const { frame, cause } of labels) {
    const cell = Math.floor(frame / perCell);
    const before = worst.get(cell);
    if (before === undefined || doubt.indexOf(cause) > doubt.indexOf(before)) worst.set(cell, cause);
  }
  const runs: Run[] = [];
  for (const [cell, cause] of [...worst].sort(([a], [b]) => a - b)) {
    const last = runs.at(-1);
    if (last?.cause === cause && last.to === cell) last.to = cell + 1;
    else runs.push({ cause, from: cell, to: cell + 1 });
  }
  return runs;
}

const riskHeight = 100;

/** The highest risk of each cell's labels; broken where there is no label. */
function riskLine(labels: readonly LabelRow[], cells: number, perCell: number): Html {
  const highest = new Map<number, number>();
  for (const { frame, risk } of labels) {
    const cell = Math.floor(frame / perCell);
    if (risk !== null) highest.set(cell, Math.max(highest.get(cell) ?? 0, risk));
  }
  let path = '';
  let previous = Number.NaN;
  for (const [cell, risk] of [...highest].sort(([a], [b]) => a - b)) {
    const y = Math.round((1 - risk) * riskHeight);
    path += cell === previous + 1 ? `L${cell + 0.5} ${y}` : `M${cell} ${y}H${cell + 0.5}`;
    previous = cell;
  }
  const top = Math.max(0, ...highest.values());
  return html`<svg class="risk" viewBox="0 0 ${cells} ${riskHeight}" preserveAspectRatio="none" role="img"
    aria-label="Risk of each frame’s labels, 0 to 1; at most ${top.toFixed(2)}"><path class="grid"
    d="M0 0H${cells}M0 ${riskHeight / 2}H${cells}M0 ${riskHeight}H${cells}"/><path d="${path}"/></svg>`;
}

/** About six round numbers from 0 on. */
function ticks(frames: number): number[] {
  const rough = frames / 6;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) ?? power;
  return Array.from({ length: Math.ceil(frames / step) }, (_, i) => i * step);
}
