/** What is known of the label on the screen: why it is there, how sure it is, why it is doubted, what was decided. */
import type { LabelView } from '../../../../studio/api.ts';
import { CauseMark, ReviewBadge } from '../../parts/marks.tsx';
import { words } from '../../words/words.ts';

export function LabelFacts({
  label,
  others,
}: {
  readonly label: LabelView | undefined;
  readonly others: number;
}) {
  const t = words.value;
  if (!label) return <p class="facts quiet">{t.review.noLabel}</p>;
  const { cause, score, risk, doubts, review, by } = label;
  return (
    <dl class="facts">
      <div>
        <dt>{t.cause}</dt>
        <dd>
          <CauseMark cause={cause} /> {t.causes[cause]}
        </dd>
      </div>
      <div>
        <dt>{t.score}</dt>
        <dd class="number">{score === null ? '–' : score.toFixed(2)}</dd>
      </div>
      <div>
        <dt>{t.risk}</dt>
        <dd class="number">
          {risk.toFixed(2)}{' '}
          <meter min={0} max={1} low={0.3} high={0.6} optimum={0} value={risk} aria-hidden="true" />
        </dd>
      </div>
      <div>
        <dt>{t.review.decision}</dt>
        <dd>
          <ReviewBadge review={review} />
          {by && <span class="quiet"> {words.value.draw.by(by)}</span>}
        </dd>
      </div>
      <div class="wide">
        <dt>{t.review.doubted}</dt>
        <dd>
          {doubts.length === 0 ? (
            t.noDoubt
          ) : (
            <ul class="doubt-list">
              {doubts.map((doubt) => (
                <li key={doubt.kind}>{t.doubt(doubt)}</li>
              ))}
            </ul>
          )}
        </dd>
      </div>
      {others > 0 && (
        <div class="wide">
          <dd class="quiet">{t.review.others(others)}</dd>
        </div>
      )}
    </dl>
  );
}
