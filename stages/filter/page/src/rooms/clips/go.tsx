/** Go: what the machine does next, at one press. It goes on when the page is closed. */
import type { Go } from '../../../../studio/api.ts';
import { jobs, models, takeJobs } from '../../api/lists.ts';
import { say } from '../../api/notices.ts';
import { post, receive } from '../../api/outbox.ts';
import { words } from '../../words/words.ts';
import { drawnSoFar } from '../draw/progress.ts';

receive('go', {
  done: (_, begun) => {
    takeJobs(begun);
    say(words.value.go.begun);
  },
  refused: (_, error) => say(error.message, true),
});

const STEPS: readonly Exclude<Go['step'], 'method'>[] = ['pre', 'annotate', 'main'];

export function GoPanel() {
  const t = words.value;
  const { drawn, worth } = drawnSoFar();
  const hasModel = models.value.some(({ kind, active }) => kind === 'detector' && active);
  const isTraining = jobs.value.some(
    ({ state, kind }) => state === 'running' && (kind === 'pre' || kind === 'main'),
  );
  const go = (step: Go['step']) => post('go', '/go', { step });
  const isOff = {
    method: drawn === 0,
    pre: drawn === 0,
    annotate: false,
    main: models.value.length > 0 && !hasModel,
  };
  return (
    <section class="go" aria-labelledby="go-title">
      <h2 id="go-title">{t.go.title}</h2>
      <ol class="steps">
        <li class={drawn >= worth ? 'done' : ''}>
          <a class="button" href="#/draw">
            {t.rooms.draw}
          </a>
          <span class="quiet">{t.draw.progress(drawn, worth)}</span>
        </li>
        <li>
          <button
            type="button"
            class="primary"
            disabled={isOff.method || isTraining}
            onClick={() => go('method')}
          >
            {t.go.method}
          </button>
          <span class="quiet">{t.go.methodWhy}</span>
        </li>
        {STEPS.map((step) => (
          <li key={step} class="small">
            <button
              type="button"
              disabled={isOff[step] || (isTraining && step !== 'annotate')}
              onClick={() => go(step)}
            >
              {t.go[step]}
            </button>
            <span class="quiet">{t.go[`${step}Why`]}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
