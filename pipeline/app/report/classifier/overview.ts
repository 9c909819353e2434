/** What came out, in a sentence and a handful of numbers. */
import { count, counted, duration, percent } from '../figures.ts';
import { html } from '../markup.ts';
import type { Section } from '../sections/section.ts';
import type { ClassifierReport } from './data.ts';

export function overview(data: ClassifierReport): Section {
  const { training, promotion } = data;
  return {
    id: 'overview',
    heading: 'What came out',
    body: html`<p class="lead">${sentence(data)}</p>
      <dl class="tiles">${tiles(training).map(
        ([name, value, beside]) =>
          html`<div><dt>${name}</dt><dd><b>${value}</b> <span>${beside}</span></dd></div>`,
      )}</dl>
      <p class="promotion"><strong class="verdict ${promotion.promoted ? 'good' : 'bad'}">${
        promotion.promoted ? '✓ the active classifier now' : '✗ not made the active one'
      }</strong> ${promotion.why}</p>`,
  };
}

function sentence({ training: { scores, classes } }: ClassifierReport): string {
  if (!scores)
    return `Trained to tell ${counted(classes.length, 'class', 'classes')} apart; nothing was held out to score it on.`;
  const right = scores.images - scores.mistakes.length;
  return `It names ${count(right)} of ${counted(scores.images, 'picture')} right that it had not learnt from${weakest(scores.perClass)}.`;
}

/** The class that is found least often, where that says something. */
function weakest(perClass: Readonly<Record<string, { recall: number | null }>>): string {
  const known = Object.entries(perClass).flatMap(([name, { recall }]) =>
    recall === null ? [] : [{ name, recall }],
  );
  if (known.length < 2) return '';
  const [worst] = known.toSorted((a, b) => a.recall - b.recall);
  return worst && worst.recall < 1 ? `; of ${worst.name}, the hardest, ${percent(worst.recall)}` : '';
}

function tiles({ scores, classes, leftOut, seconds, backend }: ClassifierReport['training']) {
  const learnt = classes.reduce((sum, { train }) => sum + train, 0);
  const scored: [string, string, string][] = scores
    ? [
        [
          'accuracy',
          `${(100 * scores.accuracy).toFixed(1)} %`,
          `of ${counted(scores.images, 'held-out picture')}`,
        ],
        [
          'calibration error',
          `${(100 * scores.calibration.ece).toFixed(1)} %`,
          'how far its probabilities are off',
        ],
      ]
    : [];
  return [
    ...scored,
    [
      'learnt from',
      count(learnt),
      `${learnt === 1 ? 'picture' : 'pictures'} of ${counted(classes.length, 'class', 'classes')}`,
    ],
    ['left out', count(leftOut.length), 'pictures, with reasons below'],
    ['time', duration(seconds), `on ${backend}`],
  ] as const;
}
