/** What is said: that the network is gone, what somebody else did meanwhile, what a key just did. */

import { clips } from './api/lists.ts';
import { isBusUp, isOnline } from './api/live.ts';
import { type Conflict, clear, conflicts, notice, settle } from './api/notices.ts';
import { go, routeTo } from './route.ts';
import { words } from './words/words.ts';

export function Notices() {
  const t = words.value;
  const said = notice.value;
  return (
    <>
      <div role="alert">
        {!isOnline.value && <p class="bar warn">{t.offline}</p>}
        {isOnline.value && !isBusUp.value && <p class="bar warn">{t.busDown}</p>}
        {conflicts.value.map((conflict) => (
          <ConflictBar key={conflict.id} conflict={conflict} />
        ))}
      </div>
      <div class={`toast${said?.bad ? ' bad' : ''}${said ? ' shown' : ''}`}>
        <p role={said?.bad ? 'alert' : 'status'}>{said?.text ?? ''}</p>
        {said?.bad && (
          <button type="button" class="icon quiet" aria-label={t.close} onClick={clear}>
            ✕
          </button>
        )}
      </div>
    </>
  );
}

function ConflictBar({ conflict }: { readonly conflict: Conflict }) {
  const t = words.value;
  const { who, clip, track, index, again } = conflict;
  const file = clips.value.get(clip)?.file ?? clip;
  const where = `${file}${track === null ? '' : `, ${t.track} ${track}`}, ${t.stripFrame(index)}`;
  const look = track === null ? routeTo('draw', clip, index) : routeTo('review', clip, track, index);
  return (
    <div class="bar conflict">
      <p>{t.conflict(who, where)}</p>
      <button type="button" onClick={() => go(look)}>
        {t.conflictLook}
      </button>
      <button
        type="button"
        onClick={() => {
          settle(conflict);
          again();
        }}
      >
        {t.conflictMine}
      </button>
      <button type="button" class="primary" onClick={() => settle(conflict)}>
        {t.conflictTheirs}
      </button>
    </div>
  );
}
