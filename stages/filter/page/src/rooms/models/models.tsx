/** Models: side by side on what was drawn by hand, their worst mistakes, and which one is used. */
import { useState } from 'preact/hooks';
import type { ModelView } from '../../../../studio/api.ts';
import { clips, isLoaded, models } from '../../api/lists.ts';
import { say } from '../../api/notices.ts';
import { post, receive } from '../../api/outbox.ts';
import { Crop } from '../../parts/crop.tsx';
import { Empty } from '../../parts/marks.tsx';
import { routeTo } from '../../route.ts';
import { formats, words } from '../../words/words.ts';
import { Diff } from './diff.tsx';
import { ScoreBar } from './score-bar.tsx';

receive('activate', {
  done: (_, all) => {
    models.value = all;
    say(words.value.models.activated);
  },
  refused: (_, error) => say(error.message, true),
});

export function ModelsRoom() {
  const t = words.value.models;
  if (!isLoaded.value) return <p class="quiet pad">{words.value.loading}</p>;
  if (models.value.length === 0) return <Empty title={t.none} why={t.noneWhy} />;
  return (
    <div class="room models page-scroll">
      {(['detector', 'classifier'] as const).map((kind) => {
        const own = models.value.filter((model) => model.kind === kind);
        if (own.length === 0) return null;
        return (
          <section key={kind}>
            <h2>{kind === 'detector' ? t.detectors : t.classifiers}</h2>
            <ul class="cards">
              {own.map((model) => (
                <li key={model.model} class={`card${model.active ? ' active' : ''}`}>
                  <Model model={model} />
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}

function Model({ model }: { readonly model: ModelView }) {
  const t = words.value.models;
  const [isDiff, setDiff] = useState(false);
  const { drawn, scores, mistakes } = model;
  const { share, time } = formats.value;
  const shown = drawn?.scores ?? scores;
  return (
    <>
      <header class="row">
        <h3>{model.name}</h3>
        {model.active && <span class="badge accepted">✓ {t.active}</span>}
        <span class="space" />
        {!model.active && (
          <button type="button" onClick={() => post('activate', `/models/${model.model}/activate`, null)}>
            {t.activate}
          </button>
        )}
      </header>
      <p class="quiet number">
        {time(model.trainedAt)}
        {model.pictures !== null && ` · ${t.pictures(model.pictures)}`} · {model.classes.join(', ')}
      </p>
      {shown ? (
        <figure class="scores">
          <figcaption>{drawn ? t.drawnScores : t.scores}</figcaption>
          <ScoreBar
            value={shown.ap50}
            interval={drawn?.interval ?? null}
            start={drawn?.startScores?.ap50 ?? null}
            name={t.ap50}
          />
          {drawn && (
            <p class="quiet">
              {t.chance(share(drawn.interval[0]), share(drawn.interval[1]), drawn.scores.images)}
              {drawn.startScores && `; ${t.startedFrom(share(drawn.startScores.ap50))}`}
            </p>
          )}
          <dl class="facts small">
            {(['ap50_95', 'meanIoU', 'recall'] as const).map((name) => (
              <div key={name}>
                <dt>{t[name]}</dt>
                <dd class="number">{shown[name].toFixed(2)}</dd>
              </div>
            ))}
          </dl>
        </figure>
      ) : (
        <p class="quiet">{t.noScores}</p>
      )}
      {model.why !== undefined && <p>{model.why}</p>}
      {mistakes && <Mistakes mistakes={mistakes} />}
      {model.kind === 'detector' && !model.active && (
        <details open={isDiff} onToggle={(event) => setDiff(event.currentTarget.open)}>
          <summary>{t.diff}</summary>
          {isDiff && <Diff model={model.model} />}
        </details>
      )}
    </>
  );
}

const MISTAKE_COLOURS = { missed: '#f0c24b', invented: '#e0605e', misplaced: '#82aaff' } as const;

function Mistakes({ mistakes }: Required<Pick<ModelView, 'mistakes'>>) {
  const t = words.value.models;
  return (
    <div>
      <h4>{t.mistakes}</h4>
      {mistakes.length === 0 && <p class="quiet">{t.noMistakes}</p>}
      <ul class="sample">
        {mistakes.map(({ clip, index, kind, box }) => (
          <li key={`${clip}/${index}/${kind}/${box.join()}`}>
            {/* A picture of a folder is no clip that can be drawn on. */}
            <a {...(clips.value.has(clip) && { href: routeTo('draw', clip, index) })}>
              <Crop
                {...{ clip, index, box, width: 92, height: 69 }}
                colour={MISTAKE_COLOURS[kind]}
                description={`${t.kinds[kind]}, ${words.value.stripFrame(index)}`}
              />
              <span>{t.kinds[kind]}</span>
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
