/** Accept and reject, by how far they reach, as buttons: for fingers, and for who does not know the keys yet. */
import { type Action, chords } from '../../keys/bindings.ts';
import { capOf } from '../../keys/caps.ts';
import type { Handlers } from '../../keys/dispatch.ts';
import { words } from '../../words/words.ts';

const REACHES = [
  { reach: 'frame', accept: 'accept', reject: 'reject' },
  { reach: 'on', accept: 'acceptOn', reject: 'rejectOn' },
  { reach: 'upTo', accept: 'acceptUpTo', reject: 'rejectUpTo' },
  { reach: 'track', accept: 'acceptTrack', reject: 'rejectTrack' },
  { reach: 'clip', accept: 'acceptClip', reject: 'rejectClip' },
] as const;

export function DecisionButtons({ actions }: { readonly actions: Handlers<'track'> }) {
  const t = words.value.review;
  const Decide = ({ action, sign, kind }: { action: Action<'track'>; sign: string; kind: string }) => (
    <button
      type="button"
      class={kind}
      aria-label={words.value.keys.track[action]}
      title={words.value.keys.track[action]}
      onClick={() => actions[action]?.()}
    >
      {sign}{' '}
      <span class="cap" aria-hidden="true">
        {capOf(chords('track', action)[0] ?? '')}
      </span>
    </button>
  );
  return (
    <table class="decisions">
      <tbody>
        {REACHES.map(({ reach, accept, reject }) => (
          <tr key={reach}>
            <th scope="row">{t.scopes[reach]}</th>
            <td>
              <Decide action={accept} sign="✓" kind="accept" />
            </td>
            <td>
              <Decide action={reject} sign="✕" kind="reject" />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
