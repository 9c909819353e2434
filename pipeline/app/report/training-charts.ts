/** How training went, drawn: loss and average precision by epoch, precision over recall. */
import type { TopLevelSpec } from 'vega-lite';
import type { CurvePoint } from '../../domain/scores/detection.ts';
import { chart, plot } from './chart.ts';
import type { ModelReport } from './data.ts';
import type { Html } from './markup.ts';

export interface Models {
  readonly pre: ModelReport | null;
  readonly main: ModelReport | null;
}

interface Point {
  readonly series: string;
  readonly x: number;
  readonly y: number;
}

/** A colour each model, a dash each measure. */
const series = [
  { name: 'pre', colour: 'var(--pre)', dash: [1, 0] },
  { name: 'main', colour: 'var(--main)', dash: [1, 0] },
  { name: 'pre AP50', colour: 'var(--pre)', dash: [1, 0] },
  { name: 'main AP50', colour: 'var(--main)', dash: [1, 0] },
  { name: 'pre AP50:95', colour: 'var(--pre)', dash: [5, 3] },
  { name: 'main AP50:95', colour: 'var(--main)', dash: [5, 3] },
];

/** Only those charts that there are numbers for. */
export async function trainingCharts({ pre, main }: Models): Promise<Html[]> {
  const models = [
    { name: 'pre', model: pre },
    { name: 'main', model: main },
  ].flatMap(({ name, model }) => (model === null ? [] : [{ name, model }]));
  const losses = models.flatMap(({ name, model }) =>
    model.history.map(({ epoch, loss }) => ({ series: name, x: epoch, y: loss })),
  );
  const precisions = models.flatMap(({ name, model }) =>
    model.history.flatMap(({ epoch, ap50, ap50_95 }) => [
      ...(ap50 === undefined ? [] : [{ series: `${name} AP50`, x: epoch, y: ap50 }]),
      ...(ap50_95 === undefined ? [] : [{ series: `${name} AP50:95`, x: epoch, y: ap50_95 }]),
    ]),
  );
  const curves = models.flatMap(({ name, model }) =>
    reached(model.scores?.curve ?? []).map(({ recall, precision }) => ({
      series: name,
      x: recall,
      y: precision,
    })),
  );
  const share = { domain: [0, 1] };
  return Promise.all([
    ...drawn(losses, 'Training loss, lower is better', { x: 'epoch', y: 'loss' }),
    ...drawn(precisions, 'Average precision on held-out pictures', { x: 'epoch', y: 'AP', yScale: share }),
    ...drawn(curves, 'Precision over recall at IoU 0.5, held out', {
      x: 'recall',
      y: 'precision',
      xScale: share,
      yScale: share,
    }),
  ]);
}

/** Beyond the highest recall that is reached, a curve says nothing. */
function reached(curve: readonly CurvePoint[]): readonly CurvePoint[] {
  return curve.slice(0, curve.findLastIndex(({ precision }) => precision > 0) + 1);
}

interface Axes {
  readonly x: string;
  readonly y: string;
  readonly xScale?: { domain: number[] };
  readonly yScale?: { domain: number[] };
}

function drawn(points: readonly Point[], caption: string, axes: Axes): Promise<Html>[] {
  return points.length === 0 ? [] : [chart(caption, lines(points, axes))];
}

function lines(points: readonly Point[], { x, y, xScale, yScale }: Axes): TopLevelSpec {
  const present = series.filter(({ name }) => points.some((point) => point.series === name));
  const domain = present.map(({ name }) => name);
  const byEpoch = x === 'epoch';
  const epochs = new Set(points.map((point) => point.x)).size;
  return {
    ...plot,
    data: { values: [...points] },
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        title: x,
        scale: { nice: !byEpoch, zero: !byEpoch, ...xScale },
        axis: { grid: false, tickCount: 6, ...(byEpoch ? { tickMinStep: 1, format: 'd' } : {}) },
      },
      y: {
        field: 'y',
        type: 'quantitative',
        title: y,
        scale: { zero: true, ...yScale },
        axis: { tickCount: 5, domain: false, ticks: false },
      },
      color: {
        field: 'series',
        type: 'nominal',
        scale: { domain, range: present.map(({ colour }) => colour) },
        legend: { symbolType: 'stroke' },
      },
      strokeDash: {
        field: 'series',
        type: 'nominal',
        scale: { domain, range: present.map(({ dash }) => dash) },
      },
    },
    layer: [
      { mark: 'line' },
      // A dot an epoch while there are few of them: a single epoch would be no line at all.
      ...(byEpoch && epochs <= 30 ? [{ mark: { type: 'point', filled: true, size: 24 } as const }] : []),
    ],
  };
}
