/** How a training goes: its loss by step. */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { JobView } from '../../studio/api.ts';
import { t } from './words.ts';

const WIDTH = 320;
const HEIGHT = 110;

export function LossCurve({ history }: Pick<JobView, 'history'>) {
  const at = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data: uPlot.AlignedData = [history.map(({ step }) => step), history.map(({ loss }) => loss)];
  useEffect(() => {
    if (!at.current) return;
    const colour = getComputedStyle(at.current).color;
    const axis: uPlot.Axis = { stroke: colour, grid: { show: false }, size: 34, font: '11px system-ui' };
    plot.current = new uPlot(
      {
        width: WIDTH,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false } },
        axes: [{ ...axis, size: 24 }, axis],
        series: [{}, { label: t('loss'), stroke: colour, width: 1.5 }],
      },
      data,
      at.current,
    );
    return () => plot.current?.destroy();
  }, []);
  useEffect(() => plot.current?.setData(data), [history.length]);
  const last = history.at(-1);
  return <div ref={at} class="curve" role="img" aria-label={`${t('loss')} ${last?.loss.toFixed(2) ?? ''}`} />;
}
