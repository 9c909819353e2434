/** Events: who was where and when, derived from the labels. */
import type { StayView } from '../../../../studio/api.ts';
import { useAsked } from '../../parts/asked.ts';
import { Empty } from '../../parts/marks.tsx';
import { routeTo } from '../../route.ts';
import { formats, words } from '../../words/words.ts';

/** More rows than this nobody reads; `shika events` gives them all. */
const SHOWN = 500;

export function EventsRoom() {
  const t = words.value.events;
  const { value, error } = useAsked<StayView[]>('/events');
  if (error) return <Empty title={t.none} why={error} />;
  if (!value) return <p class="quiet pad">{words.value.loading}</p>;
  if (value.length === 0) return <Empty title={t.none} why={t.noneWhy} />;
  const { time, duration } = formats.value;
  return (
    <div class="room events page-scroll">
      <h2>
        {t.title} <span class="quiet number">{t.total(value.length)}</span>
      </h2>
      <HourChart stays={value} />
      <table class="list">
        <thead>
          <tr>
            <th scope="col">{t.species}</th>
            <th scope="col">{words.value.camera}</th>
            <th scope="col">{t.first}</th>
            <th scope="col" class="numeric">
              {t.length}
            </th>
            <th scope="col" class="numeric">
              {t.count}
            </th>
          </tr>
        </thead>
        <tbody>
          {value.slice(0, SHOWN).map(({ camera, species, first, last, count, clip, index }) => (
            <tr key={`${camera}/${species}/${first}`}>
              <th scope="row">
                <a href={routeTo('draw', clip, index)}>{species}</a>
              </th>
              <td>{camera}</td>
              <td class="number">{time(first)}</td>
              <td class="numeric number">{duration((last - first) / 1000)}</td>
              <td class="numeric number">{count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function HourChart({ stays }: { readonly stays: readonly StayView[] }) {
  const t = words.value.events;
  const hours = Array.from(
    { length: 24 },
    (_, hour) => stays.filter(({ first }) => new Date(first).getHours() === hour).length,
  );
  const most = Math.max(1, ...hours);
  return (
    <figure class="hours">
      <figcaption class="quiet">{t.chart}</figcaption>
      <svg
        viewBox="0 0 240 70"
        role="img"
        aria-label={hours
          .map((n, hour) => t.hour(hour, n))
          .filter((_, hour) => (hours[hour] ?? 0) > 0)
          .join('; ')}
      >
        {hours.map((n, hour) => (
          <rect
            key={hour}
            x={hour * 10 + 1}
            width="8"
            y={54 - (n / most) * 50}
            height={(n / most) * 50 + 1}
            rx="1"
          >
            <title>{t.hour(hour, n)}</title>
          </rect>
        ))}
        {[0, 6, 12, 18].map((hour) => (
          <text key={hour} x={hour * 10 + 1} y="67">
            {hour}
          </text>
        ))}
      </svg>
    </figure>
  );
}
