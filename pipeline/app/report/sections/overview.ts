/** What came out, in a sentence and a handful of numbers. */
import { keptLabels } from '../../../domain/formats/label-row.ts';
import type { ModelReport, ReportData } from '../data.ts';
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

function tiles({ clips, handBoxes, main, pre, truth, framesPerSecond }: ReportData): Tile[] {
  const finished = clips.filter(({ failure }) => failure === null).length;
  const labels = clips.flatMap((clip) => clip.labels);
  const kept = keptLabels(labels).length;
  const best = main ?? pre;
  const each = handBoxes ? `${ratio(kept / handBoxes)} for each box drawn by hand` : '';
  return [
    ...(best?.drawn ? [drawnTile(best.drawn, main && pre?.drawn ? pre.drawn.scores.ap50 : null)] : []),
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

/** What a person drew is the only truth that is at hand, and a few pictures of it tell little: both are said. */
function drawnTile({ scores, chance }: NonNullable<ModelReport['drawn']>, before: number | null): Tile {
  const on = `on ${counted(scores.images, 'picture')} drawn by hand and held out; chance makes ±${score(chance)}`;
  return {
    name: 'AP50 of the detector',
    value: score(scores.ap50),
    beside: before === null ? on : `${on}; before main training ${score(before)}`,
  };
}

/** "46", "3.5": no more places than the eye wants. */
function ratio(value: number): string {
  return value >= 10 ? count(value) : short(Math.round(value * 10) / 10);
}
