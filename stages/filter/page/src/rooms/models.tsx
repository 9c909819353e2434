/** Models: what was trained, how good it is on what people drew, and which one is in use. */
import type { ModelView } from '../../../studio/api.ts';
import { ask } from '../api/client.ts';
import { post } from '../api/outbox.ts';
import { models, say } from '../api/store.ts';
import { t } from '../words.ts';

export function Models() {
  if (models.value.length === 0) return <p class="empty">{t('noModels')}</p>;
  return (
    <section class="room models scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">{t('models')}</th>
            <th scope="col">{t('class')}</th>
            <th scope="col">{t('pictures')}</th>
            <th scope="col">AP50</th>
            <th scope="col">AP50:95</th>
            <th scope="col">IoU</th>
            <th scope="col" />
          </tr>
        </thead>
        <tbody>
          {models.value.map((model) => (
            <ModelRow key={model.model} model={model} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function ModelRow({
  model: { model, name, active, trainedAt, classes, pictures, scores, drawn },
}: {
  readonly model: ModelView;
}) {
  // What people drew says more than what the pipeline labelled itself.
  const shown = drawn?.scores ?? scores;
  const figure = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(3));
  return (
    <tr aria-current={active}>
      <td>
        <strong>{name}</strong> <time dateTime={trainedAt}>{trainedAt.replace('T', ' ').slice(0, 16)}</time>
      </td>
      <td>{classes.join(', ')}</td>
      <td class="number">
        {pictures ?? '–'}
        {drawn && <span class="dim"> · {t('onDrawn')}</span>}
      </td>
      <td class="number">{figure(shown?.ap50)}</td>
      <td class="number">{figure(shown?.ap50_95)}</td>
      <td class="number">{figure(shown?.meanIoU)}</td>
      <td>
        {active ? (
          <span class="chip tracked">{t('active')}</span>
        ) : (
          <button type="button" onClick={() => activate(model)}>
            {t('activate')}
          </button>
        )}
      </td>
    </tr>
  );
}

function activate(model: string): void {
  post(
    async () => {
      models.value = await ask<ModelView[]>('POST', `/models/${model}/activate`);
    },
    (error) => say(error.message, true),
  );
}
