/** Whether its probabilities mean what they say: when it says 80 %, is it right in 80 of 100? */
import type { TopLevelSpec } from 'vega-lite';
import type { CalibrationBin } from '../../../domain/scores/classification.ts';
import { chart, plot } from '../chart.ts';
import { html } from '../markup.ts';
import type { Section } from '../sections/section.ts';
import type { ClassifierReport } from './data.ts';

/** null where nothing was scored. */
export async function calibration({ training: { scores } }: ClassifierReport): Promise<Section | null> {
  if (!scores) return null;
  const { bins, ece } = scores.calibration;
  const leaning = bins.reduce(
    (sum, { n, meanProbability, accuracy }) => sum + n * (meanProbability - accuracy),
    0,
  );
  const off = Math.abs(leaning) / scores.images;
  const says =
    off < 0.01
      ? 'On the whole it is as sure as it may be.'
      : `On the whole it is ${leaning > 0 ? 'surer than it may be' : 'less sure than it could be'}, by ${(100 * off).toFixed(1)} points.`;
  return {
    id: 'calibration',
    heading: 'Whether its probabilities count',
    body: html`<p>${says} <span class="dim">Calibration error ${(100 * ece).toFixed(1)} %: the mean distance of the bars from the diagonal.</span></p>
      <div class="charts">${[await chart('Right as often as it says? On the diagonal: yes', reliability(bins)), await chart('How sure it is', sureness(bins))]}</div>`,
  };
}

const percentAxis = { format: '.0%', tickCount: 5 } as const;

/** Bars over the tenths of probability. */
const tenths = {
  x: {
    field: 'from',
    type: 'quantitative' as const,
    bin: { binned: true, step: 0.1 },
    title: 'probability of its answer',
    scale: { domain: [0, 1] },
    axis: { grid: false, ...percentAxis },
  },
  x2: { field: 'to' },
};

function reliability(bins: readonly CalibrationBin[]): TopLevelSpec {
  return {
    ...plot,
    layer: [
      {
        data: { values: bins.map((bin) => ({ ...bin })) },
        mark: { type: 'bar', color: 'var(--accent)', opacity: 0.75, stroke: null },
        encoding: {
          ...tenths,
          y: {
            field: 'accuracy',
            type: 'quantitative',
            title: 'share that is right',
            scale: { domain: [0, 1] },
            axis: { ...percentAxis, domain: false, ticks: false },
          },
        },
      },
      {
        data: { values: [{ at: 0 }, { at: 1 }] },
        mark: { type: 'line', color: 'currentColor', strokeDash: [4, 3], strokeWidth: 1.5 },
        encoding: {
          x: { field: 'at', type: 'quantitative' },
          y: { field: 'at', type: 'quantitative' },
        },
      },
      {
        data: { values: bins.map((bin) => ({ ...bin })) },
        mark: { type: 'point', filled: true, color: 'currentColor', size: 30, opacity: 1 },
        encoding: {
          x: { field: 'meanProbability', type: 'quantitative' },
          y: { field: 'accuracy', type: 'quantitative' },
        },
      },
    ],
  };
}

function sureness(bins: readonly CalibrationBin[]): TopLevelSpec {
  return {
    ...plot,
    data: { values: bins.map((bin) => ({ ...bin })) },
    mark: { type: 'bar', color: 'var(--pre)', stroke: null },
    encoding: {
      ...tenths,
      y: {
        field: 'n',
        type: 'quantitative',
        title: 'pictures',
        axis: { tickCount: 4, tickMinStep: 1, domain: false, ticks: false },
      },
    },
  };
}
