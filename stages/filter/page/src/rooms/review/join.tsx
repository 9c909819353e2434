/** Which other track is the same animal? */
import type { TrackView } from '../../../../studio/api.ts';
import { Crop } from '../../parts/crop.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { formats, words } from '../../words/words.ts';
import { candidates } from './same-animal.ts';

interface JoinProps {
  readonly view: TrackView;
  readonly others: Iterable<TrackView>;
  readonly onChoose: (track: number) => void;
  readonly onClose: () => void;
}

/** So many are shown: the others are hardly the same animal. */
const SHOWN = 12;

export function JoinChoice({ view, others, onChoose, onClose }: JoinProps) {
  const t = words.value.review;
  const found = candidates(view, others).slice(0, SHOWN);
  return (
    <Dialog title={t.joinTitle} onClose={onClose}>
      {found.length === 0 && <p>{t.joinNone}</p>}
      <ul class="choices">
        {found.map(({ track, share, gap }) => {
          const middle = track.labels[track.labels.length >> 1];
          return (
            <li key={track.track}>
              <button type="button" onClick={() => onChoose(track.track)}>
                {middle && (
                  <Crop
                    {...{ clip: track.clip, index: middle.index, box: middle.box, width: 92, height: 69 }}
                    colour="#fff"
                    description=""
                  />
                )}
                <span>
                  <strong>
                    {words.value.track} {track.track}
                  </strong>{' '}
                  {track.label}
                  <br />
                  <span class="quiet">
                    {share > 0 ? t.joinDouble(formats.value.share(share)) : t.joinAfter(gap)} ·{' '}
                    {t.frames(track.labels[0]?.index ?? 0, track.labels.at(-1)?.index ?? 0)}
                  </span>
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}
