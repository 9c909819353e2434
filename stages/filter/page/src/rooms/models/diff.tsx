/** What a model would change in the labels that stand. */
import { useEffect } from 'preact/hooks';
import type { LabelChange, ModelDiff } from '../../../../studio/api.ts';
import { jobs } from '../../api/lists.ts';
import { useAsked } from '../../parts/asked.ts';
import { Crop } from '../../parts/crop.tsx';
import { routeTo } from '../../route.ts';
import { words } from '../../words/words.ts';

const SHOWN = 60;
const COLOURS = { moved: '#82aaff', gone: '#e0605e', new: '#62b564' } as const;
const KINDS = ['new', 'gone', 'moved'] as const;

export function Diff({ model }: { readonly model: string }) {
  const t = words.value.models;
  const { value, error, again } = useAsked<ModelDiff>(`/models/${model}/diff`);
  useEffect(() => {
    // The server answers after a while, whether it is done or not.
    if (value?.state === 'looking') again();
  }, [value]);
  if (error) {
    return (
      <p class="bad">
        {error}{' '}
        <button type="button" onClick={again}>
          {words.value.tryAgain}
        </button>
      </p>
    );
  }
  if (value?.state !== 'done') return <Looking />;
  const { looked, frames, missing, changes } = value;
  const counts = KINDS.map(
    (kind) => [kind, changes.filter((change) => change.kind === kind).length] as const,
  );
  return (
    <>
      <p class="quiet">
        {t.diffLooked(looked, frames)}
        {missing > 0 && ` ${t.diffMissing(missing)}`}
      </p>
      {changes.length === 0 ? (
        <p>{t.diffNone}</p>
      ) : (
        <p class="number">{counts.map(([kind, count]) => `${t.changes[kind]} ${count}`).join(' · ')}</p>
      )}
      <ul class="sample" aria-label={t.diff}>
        {changes.slice(0, SHOWN).map((change) => (
          <li key={`${change.clip}/${change.track}/${change.index}/${change.after?.join()}`}>
            <Change change={change} />
          </li>
        ))}
      </ul>
      {changes.length > SHOWN && <p class="quiet">{t.diffMore(changes.length - SHOWN)}</p>}
    </>
  );
}

/** What has no label is drawn; what has one is reviewed. */
function Change({ change }: { readonly change: LabelChange }) {
  const { clip, track, index, kind, before, after } = change;
  const t = words.value.models;
  const box = after ?? before;
  const place = track === null ? routeTo('draw', clip, index) : routeTo('review', clip, track, index);
  return (
    <a href={place}>
      {box && (
        <Crop
          {...{ clip, index, box, width: 92, height: 69 }}
          colour={COLOURS[kind]}
          description={`${t.changes[kind]}, ${words.value.stripFrame(index)}`}
        />
      )}
      <span>{t.changes[kind]}</span>
    </a>
  );
}

function Looking() {
  const t = words.value.models;
  const job = jobs.value.find(({ kind, state }) => kind === 'diff' && state === 'running');
  return (
    <p class="quiet" role="status">
      {t.diffLooking} {job && <span class="number">{job.line}</span>}{' '}
      <progress max={1} {...(job?.share == null ? {} : { value: job.share })} aria-label={t.diffLooking} />
    </p>
  );
}
