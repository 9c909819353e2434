/** What is being trained and labelled, as it goes on. */
import type { JobView } from '../../../../studio/api.ts';
import { jobs } from '../../api/lists.ts';
import { formats, words } from '../../words/words.ts';
import { Curve } from './curve.tsx';

/** The last ones; older ones have said what they had to say. */
const SHOWN = 6;

export function Jobs() {
  const t = words.value.go;
  // Explanations are shown where they were asked for.
  const shown = jobs.value.filter(({ kind }) => kind !== 'explain').slice(0, SHOWN);
  if (shown.length === 0) return null;
  return (
    <section aria-labelledby="jobs-title">
      <h2 id="jobs-title">{t.jobs}</h2>
      <ul class="jobs">
        {shown.map((job) => (
          <li key={job.job} class={`job ${job.state}`}>
            <Job job={job} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Job({ job }: { readonly job: JobView }) {
  const t = words.value.go;
  const { kind, state, share, secondsLeft, line, history, startedAt } = job;
  const isOn = state === 'running' || state === 'waiting';
  return (
    <>
      <p class="row">
        <strong>{t.kinds[kind]}</strong>
        <span class={`badge job-${state}`}>{t.states[state]}</span>
        <span class="quiet number">{formats.value.time(startedAt)}</span>
        <span class="space" />
        {isOn && secondsLeft !== null && (
          <span class="number">{t.timeLeft(formats.value.duration(secondsLeft))}</span>
        )}
      </p>
      {isOn && <progress max={1} {...(share === null ? {} : { value: share })} aria-label={t.kinds[kind]} />}
      <p class={state === 'failed' ? 'bad' : 'quiet number'}>{line}</p>
      {history.length > 1 && <Curve history={history} />}
    </>
  );
}
