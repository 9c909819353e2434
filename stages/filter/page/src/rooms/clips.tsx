/** Clips: what came in, what became of it, and what to do next. */
import type { ClipView, Go, JobView } from '../../../studio/api.ts';
import { ask } from '../api/client.ts';
import { post } from '../api/outbox.ts';
import { clips, drawn, jobs, models, say } from '../api/store.ts';
import { LossCurve } from '../loss-curve.tsx';
import { go } from '../route.ts';
import { t, type Word } from '../words.ts';

export function Clips() {
  const all = [...clips.value.values()];
  if (all.length === 0) return <p class="empty">{t('noClips')}</p>;
  return (
    <section class="room clips">
      <Next all={all} />
      <Jobs />
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">{t('file')}</th>
              <th scope="col">{t('camera')}</th>
              <th scope="col">{t('recorded')}</th>
              <th scope="col">{t('state')}</th>
              <th scope="col">{t('frames')}</th>
              <th scope="col">{t('labels')}</th>
            </tr>
          </thead>
          <tbody>
            {all.map((clip) => (
              <ClipRow key={clip.clip} clip={clip} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** The step that a person would take now. */
function Next({ all }: { readonly all: readonly ClipView[] }) {
  const boxes = [...drawn.value.values()].reduce((sum, frame) => sum + (frame.boxes?.length ?? 0), 0);
  const waiting = all.filter(({ state }) => state === 'found').length;
  const accepted = all.reduce((sum, { labels }) => sum + labels.accepted + labels.corrected, 0);
  const trained = models.value.some(({ kind, active }) => kind === 'detector' && active);
  const busy = jobs.value.some(({ state }) => state === 'running');
  return (
    <div class="next">
      <button type="button" onClick={() => go('draw')}>
        {t('draw')}
      </button>
      {!trained && (
        <button type="button" class="main" disabled={boxes === 0 || busy} onClick={() => begin('method')}>
          {t('goMethod')}
        </button>
      )}
      {trained && waiting > 0 && (
        <button type="button" class="main" onClick={() => begin('annotate')}>
          {t('goAnnotate')} ({waiting})
        </button>
      )}
      {trained && accepted > 0 && (
        <button type="button" class={waiting > 0 ? '' : 'main'} disabled={busy} onClick={() => begin('main')}>
          {t('goMain')} ({accepted})
        </button>
      )}
      <span class="dim">{t('goWhy')}</span>
    </div>
  );
}

function begin(step: Go['step']): void {
  post(
    async () => {
      await ask('POST', '/go', { step } satisfies Go);
      say(t('running'));
    },
    (error) => say(error.message, true),
  );
}

function Jobs() {
  const recent = jobs.value.filter(({ kind }) => kind !== 'explain').slice(0, 4);
  return (
    <ul class="jobs" aria-label={t('running')}>
      {recent.map((job) => (
        <JobLine key={job.job} job={job} />
      ))}
    </ul>
  );
}

function JobLine({ job }: { readonly job: JobView }) {
  const { kind, state, share, secondsLeft, line, history } = job;
  return (
    <li class={`job ${state}`}>
      <strong>{t(kind)}</strong> <span class="state">{t(state)}</span> <span>{line}</span>
      {state === 'running' && share !== null && <progress value={share} max={1} aria-label={t(kind)} />}
      {state === 'running' && secondsLeft !== null && (
        <span class="dim">
          {duration(secondsLeft)} {t('left')}
        </span>
      )}
      {history.length > 1 && <LossCurve history={history} />}
    </li>
  );
}

export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function ClipRow({ clip }: { readonly clip: ClipView }) {
  const { clip: id, file, camera, recordedAt, state, reason, frames, done, labels, drawn: drawnOn } = clip;
  const total = labels.pending + labels.accepted + labels.rejected + labels.corrected;
  const open = () => go(state === 'tracked' && total > 0 ? 'review' : 'draw', id);
  return (
    <tr class={state}>
      <td>
        <button type="button" class="link" onClick={open}>
          {file}
        </button>
      </td>
      <td>{camera}</td>
      <td>
        <time dateTime={recordedAt?.time}>{recordedAt?.time.replace('T', ' ').slice(0, 16) ?? '–'}</time>
      </td>
      <td>
        <span class={`chip ${state}`}>{t(state as Word)}</span>
        {state === 'tracking' && frames && <progress value={done} max={frames} aria-label={file} />}
        {reason && <span class="reason">{reason}</span>}
      </td>
      <td class="number">
        {frames ?? '–'}
        {drawnOn > 0 && (
          <span class="dim">
            {' '}
            · {drawnOn} {t('drawnFrames').toLowerCase()}
          </span>
        )}
      </td>
      <td class="number">
        {total > 0 ? (
          <>
            {total - labels.pending}/{total} <span class="dim">{t('done')}</span>
          </>
        ) : (
          '–'
        )}
      </td>
    </tr>
  );
}
