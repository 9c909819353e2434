/** What the run gave and what it took, drawn: labels by risk, seconds by step. */

import type { LabelRow } from '../../domain/formats/label-row.ts';
import { doubt, looks } from './causes.ts';
import { chart, plot } from './chart.ts';
import { duration } from './figures.ts';
import type { Html } from './markup.ts';

const bins = 20;

/** null where no label has a risk. */
export async function riskChart(labels: readonly LabelRow[]): Promise<Html | null> {
  const rated = labels.flatMap(({ risk, cause }) => (risk === null ? [] : [{ cause, bin: binOf(risk) }]));
  if (rated.length === 0) return null;
  const values = [...Map.groupBy(rated, ({ cause, bin }) => `${cause} ${bin}`).values()].map((same) => {
    const { cause, bin } = same[0]!;
    return { cause, from: bin / bins, to: (bin + 1) / bins, labels: same.length };
  });
  return chart('Labels by risk: look at those on the right', {
    ...plot,
    data: { values },
    mark: { type: 'bar', stroke: null },
    encoding: {
      x: {
        field: 'from',
        type: 'quantitative',
        bin: { binned: true, step: 1 / bins },
        title: 'risk of being wrong',
        scale: { domain: [0, 1] },
        axis: { grid: false, values: [0, 0.2, 0.4, 0.6, 0.8, 1], format: '.1f' },
      },
      x2: { field: 'to' },
      y: {
        field: 'labels',
        type: 'quantitative',
        stack: 'zero',
        title: 'labels',
        axis: { tickCount: 4, tickMinStep: 1, domain: false, ticks: false },
      },
      color: {
        field: 'cause',
        type: 'nominal',
        legend: null,
        scale: { domain: [...doubt], range: doubt.map((cause) => looks[cause].colour) },
      },
      order: { field: 'cause', sort: 'ascending' },
    },
  });
}

function binOf(risk: number): number {
  return Math.min(bins - 1, Math.floor(risk * bins));
}

/** null where no step was timed. */
export async function stepsChart(seconds: Readonly<Record<string, number>>): Promise<Html | null> {
  const values = Object.entries(seconds).map(([step, s]) => ({ step, seconds: s, text: duration(s) }));
  if (values.length === 0) return null;
  const order = values.map(({ step }) => step);
  return chart('Wall time by step', {
    width: 200,
    height: { step: 28 },
    data: { values },
    encoding: {
      y: {
        field: 'step',
        type: 'nominal',
        sort: order,
        title: null,
        axis: { domain: false, ticks: false, labelLimit: 160 },
      },
      x: { field: 'seconds', type: 'quantitative', axis: null },
    },
    layer: [
      { mark: { type: 'bar', color: 'var(--accent)', height: 16, cornerRadiusEnd: 2 } },
      {
        mark: { type: 'text', align: 'left', dx: 6, color: 'currentColor', fontSize: 12 },
        encoding: { text: { field: 'text', type: 'nominal' } },
      },
    ],
  });
}
