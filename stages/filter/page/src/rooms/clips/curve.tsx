/** Loss and AP50 by step. uPlot comes when the first curve is shown. */
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import type { JobView } from '../../../../studio/api.ts';
import { words } from '../../words/words.ts';

const HEIGHT = 150;

export function Curve({ history }: { readonly history: JobView['history'] }) {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const data = useRef(history);
  data.current = history;
  const t = words.value.go;

  useEffect(() => {
    let isShown = true;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) chart.current?.setSize({ width: entry.contentRect.width, height: HEIGHT });
    });
    void import('./plot.ts').then(({ plot }) => {
      if (!isShown || !element.current) return;
      chart.current = plot(
        element.current,
        HEIGHT,
        { loss: t.loss, ap50: t.ap50, step: t.step },
        columns(data.current),
      );
      observer.observe(element.current);
    });
    return () => {
      isShown = false;
      observer.disconnect();
      chart.current?.destroy();
      chart.current = null;
    };
  }, [t]);
  useEffect(() => chart.current?.setData(columns(history)), [history]);

  const last = history.at(-1);
  return (
    <div
      class="curve"
      ref={element}
      role="img"
      aria-label={`${t.curve}: ${t.loss} ${last?.loss.toFixed(3) ?? ''}, ${t.ap50} ${last?.ap50?.toFixed(2) ?? '–'}`}
    />
  );
}

function columns(history: JobView['history']): uPlot.AlignedData {
  return [history.map(({ step }) => step), history.map(({ loss }) => loss), history.map(({ ap50 }) => ap50)];
}
