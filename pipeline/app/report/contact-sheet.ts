/** The clip's samples as small pictures, with their labels drawn over them. */
import type { LabelRow } from '../../domain/formats/label-row.ts';
import type { Size } from '../../domain/vision/box.ts';
import { lineSample, looks } from './causes.ts';
import type { ClipReport, Sample } from './data.ts';
import { type Html, html } from './markup.ts';
import { longestSide, pictureAddress } from './pictures.ts';

/** @param anchor begins the ids of the pictures on the page */
export async function contactSheet(clip: ClipReport, size: Size, anchor: string): Promise<Html> {
  const byFrame = Map.groupBy(clip.labels, ({ frame }) => frame);
  const parts: Html[] = [];
  for (const [because, heading] of headings) {
    const samples = clip.samples.filter((sample) => sample.because === because);
    if (samples.length === 0) continue;
    const shots: Html[] = [];
    for (const sample of samples) {
      const labels = byFrame.get(sample.frame) ?? [];
      const address = await pictureAddress(
        sample.picture,
        longestSide.sample,
        `${clip.file}, ${sample.frame}`,
      );
      shots.push(shot({ sample, labels, address, size, id: shotId(anchor, sample.frame) }));
    }
    parts.push(html`<h4>${heading}</h4><div class="sheet">${shots}</div>`);
  }
  return html`${parts}`;
}

export function shotId(anchor: string, frame: number): string {
  return `${anchor}-frame-${frame}`;
}

const headings = [
  ['doubtful', 'Nearest the decision first'],
  ['even', 'Across the clip'],
] as const;

interface Shot {
  readonly sample: Sample;
  readonly labels: readonly LabelRow[];
  readonly address: string | null;
  readonly size: Size;
  readonly id: string;
}

function shot({ sample, labels, address, size, id }: Shot): Html {
  const { width, height } = size;
  const what =
    labels.length === 0 ? 'no label' : labels.map(({ label, cause }) => `${label}, ${cause}`).join('; ');
  const picture =
    address === null
      ? html`<p class="missing">The picture of this frame can’t be read.</p>`
      : html`<img src="${address}" width="${width}" height="${height}" alt="Frame ${sample.frame}: ${what}">`;
  return html`<figure class="shot" id="${id}">
    <div class="frame" style="aspect-ratio:${width}/${height}">${picture}
      <svg viewBox="0 0 ${width} ${height}" aria-hidden="true">${labels.map((label) => overlay(label))}</svg></div>
    <figcaption><span class="number">${sample.frame}</span>${
      labels.length === 0
        ? html`<span class="dim">no label</span>`
        : labels.slice(0, mostLines).map(captionLine)
    }${labels.length > mostLines && html`<span class="dim">and ${labels.length - mostLines} more</span>`}</figcaption>
  </figure>`;
}

const mostLines = 3;

function captionLine({ cause, risk, review }: LabelRow): Html {
  const state =
    review === 'rejected' || review === 'corrected' ? html`<em class="${review}">${review}</em>` : null;
  return html`<span class="line">${lineSample(cause)}${cause}${state}${
    risk !== null && html`<span class="dim">risk ${risk.toFixed(2)}</span>`
  }</span>`;
}

/** A dark line under the light colours and a light one under the dark: seen on any ground. A rejected label is struck out. */
function overlay(label: LabelRow): Html {
  const { box, cause, review } = label;
  const [x, y, w, h] = box.map((value) => Math.round(value * 10) / 10);
  const { colour, dash } = looks[cause];
  const strike = `M${x} ${y}l${w} ${h}m0 ${-h!}l${-w!} ${h}`;
  return html`<g class="box ${cause}"><title>${titleOf(label)}</title>
    <rect class="halo" x="${x}" y="${y}" width="${w}" height="${h}"/>
    <rect class="edge" x="${x}" y="${y}" width="${w}" height="${h}" stroke="${colour}" stroke-dasharray="${dash}"/>
    ${review === 'rejected' && html`<path class="strike" d="${strike}" stroke="${colour}"/>`}</g>`;
}

function titleOf({ frame, track, label, cause, score, risk, review }: LabelRow): string {
  return [
    `frame ${frame}, track ${track}: ${label}`,
    `${cause}: ${looks[cause].meaning}`,
    score === null ? '' : `score ${score.toFixed(2)}`,
    risk === null ? '' : `risk ${risk.toFixed(2)}`,
    review ?? 'not reviewed',
  ]
    .filter(Boolean)
    .join('\n');
}
