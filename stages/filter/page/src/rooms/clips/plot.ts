/** uPlot as the page's curves want it: quiet lines in the page's colours. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface CurveNames {
  readonly loss: string;
  readonly ap50: string;
  readonly step: string;
}

/** @param data steps, losses, AP50 where it was measured */
export function plot(
  element: HTMLElement,
  height: number,
  names: CurveNames,
  data: uPlot.AlignedData,
): uPlot {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: colour('--quiet'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui',
  };
  return new uPlot(
    {
      width: element.clientWidth,
      height,
      cursor: { y: false },
      legend: { live: false },
      scales: { x: { time: false }, ap50: { range: [0, 1] } },
      axes: [
        axis,
        { ...axis, size: 42 },
        { ...axis, scale: 'ap50', side: 1, size: 36, grid: { show: false } },
      ],
      series: [
        { label: names.step },
        { label: names.loss, stroke: colour('--accent'), width: 2 },
        {
          label: names.ap50,
          scale: 'ap50',
          stroke: colour('--second'),
          width: 2,
          dash: [5, 4],
          spanGaps: true,
          points: { show: true, size: 5 },
        },
      ],
    },
    data,
    element,
  );
}
