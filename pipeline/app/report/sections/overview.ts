/** What came out, in a sentence and a handful of numbers. */

import { keptLabels } from '../../../domain/formats/label-row.ts';
import { wilsonInterval } from '../../../domain/statistics/wilson.ts';
import type { HeldOutScores, ReportData } from '../data.ts';
import { count, counted, score, short } from '../figures.ts';
import { ledgerEquation, sumOfLedgers } from '../ledger.ts';
import { type Html, html } from '../markup.ts';
import type { Section } from './section.ts';

export function overview(data: ReportData): Section {
  const ledgers = data.clips.flatMap(({ ledger }) => ledger ?? []);
  return {
    id: 'overview',
    heading: 'What came out',
    body: html`<p class="lead">${sentence(data)}${leftOut(data)}</p>
      <dl class="tiles">${tiles(data).map(
        ({ name, value, beside }) =>
          html`<div><dt>${name}</dt><dd><b>${value}</b> <span>${beside}</span></dd></div>`,
      )}</dl>
      ${
        ledgers.length > 0 &&
        html`<h3>Where every frame went${data.clips.length > 1 && ', all clips together'}</h3>${ledgerEquation(
          sumOfLedgers(ledgers),
        )}`
      }`,
  };
}

function sentence({ clips, handBoxes, main, promotion }: ReportData): string {
  const failed = clips.filter(({ failure }) => failure !== null).length;
  const labels = clips.flatMap((clip) => clip.labels);
  const from = handBoxes === null ? '' : `From ${counted(handBoxes, 'box', 'boxes')} drawn by hand came `;
  const found = `${counted(labels.length, 'label')} on ${counted(clips.length - failed, 'clip')}`;
  const parts = [`${from}${found}.`];
  if (failed > 0) parts.push(`${counted(failed, 'clip')} could not be finished.`);
  if (main && promotion) {
    parts.push(
      promotion.promoted
        ? 'The detector trained on them is better on what was drawn by hand, and is now the active one.'
        : 'The detector trained on them was not shown to be better, so the earlier one stays active.',
    );
  }
  return parts.join(' ');
}

/** Said in red: what was asked for did not take place. */
function leftOut({ pre, main, clips }: ReportData): Html | null {
  const anyLabel = clips.some(({ labels }) => labels.length > 0);
  if (pre === null || main !== null || !anyLabel) return null;
  return html` <strong class="bad">No label was accepted: main training was left out.</strong>`;
}

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly beside: string;
}

function tiles(data: ReportData): Tile[] {
  const { clips, handBoxes, truth, framesPerSecond } = data;
  const finished = clips.filter(({ failure }) => failure === null).length;
  const labels = clips.flatMap((clip) => clip.labels);
  const kept = keptLabels(labels).length;
  const each = handBoxes ? `${ratio(kept / handBoxes)} for each box drawn by hand` : '';
  return [
    ...detectorTiles(data),
    { name: 'Clips finished', value: `${finished} of ${clips.length}`, beside: '' },
    {
      name: 'Labels kept',
      value: count(kept),
      beside: [`of ${count(labels.length)}`, each].filter(Boolean).join(', '),
    },
    ...(truth?.labels
      ? [
          {
            name: 'Labels’ IoU to truth',
            value: score(truth.labels.meanIoU),
            beside: `on ${counted(truth.labels.frames, 'frame')}`,
          },
        ]
      : []),
    ...(framesPerSecond === null
      ? []
      : [{ name: 'Speed', value: short(Math.round(framesPerSecond * 10) / 10), beside: 'frames a second' }]),
  ];
}

/**
 * The detector on what is true: pictures whose truth is known, else those that a person drew and training did not see.
 * A few pictures tell little, so their number and what it allows for are said beside it.
 */
function detectorTiles({ pre, main, truth }: ReportData): Tile[] {
  const best = main ? 'main' : 'pre';
  const known = truth?.[best];
  if (known) return [detectorTile(known, 'whose truth is known', main && truth.pre)];
  const drawn = (main ?? pre)?.drawn;
  if (!drawn) return [];
  return [detectorTile(drawn.scores, 'drawn by hand and held out', main && (pre?.drawn?.scores ?? null))];
}

function detectorTile({ ap50, images }: HeldOutScores, which: string, before: HeldOutScores | null): Tile {
  const [low, high] = wilsonInterval(ap50, images);
  const parts = [
    `on ${counted(images, 'picture')} ${which}: ${low.toFixed(2)} to ${high.toFixed(2)} is likely`,
    ...(before ? [`before main training ${score(before.ap50)}`] : []),
  ];
  return { name: 'AP50 of the detector', value: score(ap50), beside: parts.join('; ') };
}

/** "46", "3.5": no more places than the eye wants. */
function ratio(value: number): string {
  return value >= 10 ? count(value) : short(Math.round(value * 10) / 10);
}
