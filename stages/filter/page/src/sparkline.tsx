/** Risk along a track. */
import { t } from './words.ts';

const WIDTH = 160;
const HEIGHT = 26;

export function Sparkline({ values }: { readonly values: readonly number[] }) {
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = values.map((value, i) => `${(i * step).toFixed(1)},${(HEIGHT - value * HEIGHT).toFixed(1)}`);
  const worst = Math.max(0, ...values);
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${t('risk')} ${worst.toFixed(2)}`}
    >
      <polygon points={`0,${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`} />
      <polyline points={points.join(' ')} />
    </svg>
  );
}
