/** What a model would change in the labels that stand. */
import type { LabelChange } from '../../../../studio/api.ts';
import { useAsked } from '../../parts/asked.ts';
import { Crop } from '../../parts/crop.tsx';
import { routeTo } from '../../route.ts';
import { words } from '../../words/words.ts';

const SHOWN = 60;
const COLOURS = { moved: '#82aaff', gone: '#e0605e', new: '#62b564' } as const;

export function Diff({ model }: { readonly model: string }) {
  const t = words.value.models;
  const { value, error, again } = useAsked<LabelChange[]>(`/models/${model}/diff`);
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
  if (!value) return <p class="quiet">{words.value.loading}</p>;
  if (value.length === 0) return <p>{t.diffNone}</p>;
  return (
    <>
      <ul class="sample">
        {value.slice(0, SHOWN).map(({ clip, track, index, kind, before, after }) => {
          const box = after ?? before;
          return (
            <li key={`${clip}/${track}/${index}/${kind}`}>
              <a href={routeTo('review', clip, track, index)}>
                {box && (
                  <Crop
                    {...{ clip, index, box, width: 92, height: 69 }}
                    colour={COLOURS[kind]}
                    description={`${t.changes[kind]}, ${words.value.stripFrame(index)}`}
                  />
                )}
                <span>{t.changes[kind]}</span>
              </a>
            </li>
          );
        })}
      </ul>
      {value.length > SHOWN && <p class="quiet">{t.diffMore(value.length - SHOWN)}</p>}
    </>
  );
}
