/** The frame around the rooms: tabs, who works here, how much is left, and what was said. */
import { useState } from 'preact/hooks';
import { redo, undo } from './api/labels.ts';
import { clips, isLoaded, left, progress, session, shutOut } from './api/lists.ts';
import { unsent } from './api/outbox.ts';
import { useKeys } from './keys/dispatch.ts';
import { KeyHelp } from './keys/help.tsx';
import { Notices } from './notices.tsx';
import { ClipsRoom } from './rooms/clips/clips.tsx';
import { DrawRoom } from './rooms/draw/draw.tsx';
import { EventsRoom } from './rooms/events/events.tsx';
import { ModelsRoom } from './rooms/models/models.tsx';
import { ownPace } from './rooms/review/decisions.ts';
import { ReviewRoom } from './rooms/review/review.tsx';
import { go, ROOMS, type Room, route, routeTo } from './route.ts';
import { SettingsButton } from './settings.tsx';
import { Welcome } from './welcome.tsx';
import { formats, words } from './words/words.ts';

const VIEWS = {
  clips: ClipsRoom,
  draw: DrawRoom,
  review: ReviewRoom,
  models: ModelsRoom,
  events: EventsRoom,
} as const;

export function App() {
  const t = words.value;
  const [isHelp, setHelp] = useState(false);
  const { room } = route.value;
  const View = VIEWS[room];
  const to = (name: Room) => () => go(routeTo(name));
  useKeys('page', {
    help: () => setHelp(true),
    undo,
    redo,
    roomClips: to('clips'),
    roomDraw: to('draw'),
    roomReview: to('review'),
    roomModels: to('models'),
    roomEvents: to('events'),
  });
  if (shutOut.value !== null) return <p class="empty">{t.shutOut}</p>;
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('room')?.focus()}>
        {t.skip}
      </button>
      <header class="top">
        <span class="brand" title={session.value?.version}>
          <span aria-hidden="true">鹿</span> {session.value?.project ?? 'Shika'}
        </span>
        <nav aria-label={t.roomsName}>
          {ROOMS.map((name) => (
            <a key={name} href={routeTo(name)} aria-current={name === room ? 'page' : undefined}>
              {t.rooms[name]}
            </a>
          ))}
        </nav>
        <span class="space" />
        <Numbers />
        <div class="row tight">
          <button
            type="button"
            class="icon quiet"
            aria-label={t.keys.page.undo}
            title={`${t.keys.page.undo} (Z)`}
            onClick={undo}
          >
            ↶
          </button>
          <button
            type="button"
            class="icon quiet"
            aria-label={t.keys.page.redo}
            title={`${t.keys.page.redo} (⇧ Z)`}
            onClick={redo}
          >
            ↷
          </button>
          <button
            type="button"
            class="icon quiet"
            aria-label={t.keysHelp}
            title={t.keysHelp}
            onClick={() => setHelp(true)}
          >
            ?
          </button>
          <SettingsButton />
        </div>
      </header>
      <Notices />
      <main id="room" tabIndex={-1} aria-label={t.rooms[room]}>
        <View />
      </main>
      {isHelp && <KeyHelp onClose={() => setHelp(false)} />}
      {isLoaded.value && session.value?.user === null && <Welcome />}
    </>
  );
}

function Numbers() {
  const t = words.value;
  const { number } = formats.value;
  const pace = progress.value?.labelsPerMinute ?? ownPace.value;
  const perAccepted = progress.value?.secondsPerAccepted ?? null;
  const hasLabels = [...clips.value.values()].some(({ labels }) => Object.values(labels).some((n) => n > 0));
  return (
    <p
      class="numbers quiet number"
      title={perAccepted === null ? undefined : t.review.perAccepted(number(perAccepted))}
    >
      {hasLabels && <span>{t.review.left(number(left.value))}</span>}
      {pace !== null && <span class="pace">{t.review.rate(number(Math.round(pace)))}</span>}
      <span class={unsent.value > 0 ? 'warn' : 'hidden'} role="status">
        {unsent.value > 0 ? t.unsent(unsent.value) : t.saved}
      </span>
    </p>
  );
}
