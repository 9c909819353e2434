/** AP50 as a bar, with what chance alone makes of so few pictures, and where training started. */
import { formats, words } from '../../words/words.ts';

interface ScoreBarProps {
  readonly name: string;
  /** 0..1, like all here. */
  readonly value: number;
  readonly interval: readonly [number, number] | null;
  readonly start: number | null;
}

export function ScoreBar({ name, value, interval, start }: ScoreBarProps) {
  const { share } = formats.value;
  const t = words.value.models;
  const said = [
    `${name} ${share(value)}`,
    ...(interval ? [`${share(interval[0])} – ${share(interval[1])}`] : []),
    ...(start === null ? [] : [t.startedFrom(share(start))]),
  ];
  return (
    <div class="score-bar">
      <strong class="number">{share(value)}</strong>
      <svg viewBox="0 0 100 14" preserveAspectRatio="none" role="img" aria-label={said.join('; ')}>
        <rect class="track" x="0" y="4" width="100" height="6" rx="1" />
        <rect class="value" x="0" y="4" width={value * 100} height="6" rx="1" />
        {interval && (
          <path
            class="interval"
            d={`M${interval[0] * 100} 1v12M${interval[0] * 100} 7H${interval[1] * 100}M${interval[1] * 100} 1v12`}
          />
        )}
        {start !== null && <path class="start" d={`M${start * 100} 2v10`} />}
      </svg>
    </div>
  );
}
