/** What a random sample says: how many accepted labels are wrong, how many animals were missed. */
import { progress } from '../../api/lists.ts';
import { formats, words } from '../../words/words.ts';

type Estimate = {
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly asked: number;
};

export function AuditPanel() {
  const t = words.value.audit;
  const now = progress.value;
  if (!now) return null;
  const { share } = formats.value;
  return (
    <details class="audit-panel">
      <summary>
        {t.title}: {t.wrongLabels} {now.wrongLabels ? share(now.wrongLabels.share) : '–'}
      </summary>
      <p class="quiet">{t.why}</p>
      <AuditFindings />
      <a class="button" href="#/review/audit">
        {t.start}{' '}
        <span class="cap" aria-hidden="true">
          Q
        </span>
      </a>
    </details>
  );
}

/** What the answers say so far. */
export function AuditFindings() {
  const t = words.value.audit;
  const now = progress.value;
  if (!now) return null;
  const { share } = formats.value;
  const said = (estimate: Estimate | null) =>
    estimate
      ? t.interval(share(estimate.share), share(estimate.low), share(estimate.high), estimate.asked)
      : t.notYet;
  return (
    <>
      <dl class="facts">
        <div>
          <dt>{t.wrongLabels}</dt>
          <dd class="number">{said(now.wrongLabels)}</dd>
        </div>
        <div>
          <dt>{t.missed}</dt>
          <dd class="number">{said(now.missedAnimals)}</dd>
        </div>
      </dl>
      {now.planted.shown > 0 && <p class="number">{t.planted(now.planted.noticed, now.planted.shown)}</p>}
    </>
  );
}
