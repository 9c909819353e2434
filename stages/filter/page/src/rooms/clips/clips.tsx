/** Clips: what came in, and what became of it; from here everything is begun. */
import type { ClipView } from '../../../../studio/api.ts';
import { clips, isLoaded } from '../../api/lists.ts';
import { Empty, ReviewBadge } from '../../parts/marks.tsx';
import { routeTo } from '../../route.ts';
import { formats, words } from '../../words/words.ts';
import { GoPanel } from './go.tsx';
import { Jobs } from './jobs.tsx';

export function ClipsRoom() {
  const t = words.value.clips;
  const all = [...clips.value.values()];
  if (!isLoaded.value) return <p class="quiet pad">{words.value.loading}</p>;
  return (
    <div class="room clips page-scroll">
      <GoPanel />
      <Jobs />
      <section aria-labelledby="clips-title">
        <h2 id="clips-title">
          {t.title} <span class="quiet number">{all.length}</span>
        </h2>
        {all.length === 0 ? <Empty title={t.none} why={t.noneWhy} /> : <ClipTable clips={all} />}
      </section>
    </div>
  );
}

function ClipTable({ clips }: { readonly clips: readonly ClipView[] }) {
  const t = words.value;
  return (
    <table class="list">
      <thead>
        <tr>
          <th scope="col">{t.clips.file}</th>
          <th scope="col">{t.clips.state}</th>
          <th scope="col" class="numeric">
            {t.clips.frames}
          </th>
          <th scope="col">{t.clips.labels}</th>
          <th scope="col">{t.clips.recorded}</th>
          <th scope="col">
            <span class="hidden">{t.clips.open}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {clips.map((clip) => (
          <ClipRow key={clip.clip} clip={clip} />
        ))}
      </tbody>
    </table>
  );
}

const SIGNS = { found: '○', arrived: '◔', tracking: '◑', tracked: '●', failed: '✕' } as const;

function ClipRow({ clip }: { readonly clip: ClipView }) {
  const t = words.value.clips;
  const { state, reason, frames, done, labels, recordedAt, fps, width, height } = clip;
  const length = frames !== null && fps ? formats.value.duration(frames / fps) : null;
  return (
    <tr>
      <th scope="row">
        <span class="file">{clip.file}</span>
        <span class="quiet number">
          {clip.camera}
          {width && height ? ` · ${width} × ${height}` : ''}
          {length && ` · ${length}`}
        </span>
      </th>
      <td>
        <span class={`badge state-${state}`}>
          <span aria-hidden="true">{SIGNS[state]} </span>
          {t.states[state]}
        </span>
        {state === 'tracking' && frames !== null && (
          <progress max={frames} value={done} aria-label={`${done} / ${frames}`} />
        )}
        {reason && <span class={state === 'failed' ? 'bad' : 'quiet'}>{reason}</span>}
      </td>
      <td class="numeric number">{frames ?? '–'}</td>
      <td>
        <span class="counts">
          {labels.pending > 0 && <ReviewBadge review="pending" text={String(labels.pending)} />}
          {labels.accepted + labels.corrected > 0 && (
            <ReviewBadge review="accepted" text={String(labels.accepted + labels.corrected)} />
          )}
          {labels.rejected > 0 && <ReviewBadge review="rejected" text={String(labels.rejected)} />}
          {clip.drawn > 0 && <span class="quiet number">{t.drawn(clip.drawn)}</span>}
        </span>
      </td>
      <td class="number">
        {recordedAt ? (
          <span title={t.timeSources[recordedAt.source]}>{formats.value.recorded(recordedAt)}</span>
        ) : (
          '–'
        )}
      </td>
      <td class="row-actions">
        <a class="button" href={routeTo('draw', clip.clip, 0)}>
          {t.draw}
        </a>
      </td>
    </tr>
  );
}
