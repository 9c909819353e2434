/** Why the model says so: the explainer's figure, and whether to trust it. */
import type { Why } from '../../../../studio/api.ts';
import { useAsked } from '../../parts/asked.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { words } from '../../words/words.ts';

interface WhyProps {
  readonly clip: string;
  readonly track: number;
  readonly index: number;
  readonly onClose: () => void;
}

export function WhyFigure({ clip, track, index, onClose }: WhyProps) {
  const t = words.value;
  const { value, error, again } = useAsked<Why>(`/why/${clip}/${track}/${index}`);
  return (
    <Dialog title={t.review.whyTitle} onClose={onClose} wide>
      {error && (
        <p class="bad">
          {error}{' '}
          <button type="button" onClick={again}>
            {t.tryAgain}
          </button>
        </p>
      )}
      {!error && !value && (
        <p class="quiet" role="status">
          {t.review.whyWait}
        </p>
      )}
      {value && (
        <>
          <p>
            <strong>{value.says}</strong>
          </p>
          {/* By itself it is as large as it was drawn: on a phone the dialog is small. */}
          <a href={`api${value.figure}`} target="_blank" rel="noreferrer">
            <img class="figure" src={`api${value.figure}`} alt={value.evidence} />
          </a>
        </>
      )}
    </Dialog>
  );
}
