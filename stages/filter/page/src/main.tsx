/** The studio's page: who works here, five rooms, and what just happened. */
import { useSignal } from '@preact/signals';
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import './style.css';
import type { Session } from '../../studio/api.ts';
import { ask } from './api/client.ts';
import { unsent } from './api/outbox.ts';
import { follow, loadAll, notice, online, say, session } from './api/store.ts';
import { Clips } from './rooms/clips.tsx';
import { Draw } from './rooms/draw.tsx';
import { Events } from './rooms/events.tsx';
import { Models } from './rooms/models.tsx';
import { Review } from './rooms/review.tsx';
import { go, type Room, rooms, route } from './route.ts';
import { nextTheme } from './theme.ts';
import { language, setLanguage, t } from './words.ts';

const views: Readonly<Record<Room, () => preact.JSX.Element>> = {
  clips: Clips,
  draw: Draw,
  review: Review,
  models: Models,
  events: Events,
};

function Page() {
  const { room } = route.value;
  const who = session.value;
  useEffect(() => {
    document.title = `${t(room)} · ${who?.project ?? 'Shika'}`;
  }, [room, who?.project, language.value]);
  if (!who) return <p class="empty">{t('waiting')}…</p>;
  if (!who.user) return <AskName />;
  const View = views[room];
  return (
    <>
      <header>
        <span class="mark" aria-hidden="true">
          鹿
        </span>
        <nav aria-label="Shika">
          {rooms.map((name) => (
            <a key={name} href={`#/${name}`} aria-current={name === room ? 'page' : undefined}>
              {t(name)}
            </a>
          ))}
        </nav>
        <span class="who">
          {who.project} · {who.user}
        </span>
        <button type="button" onClick={() => nextTheme()} aria-label={t('theme')} title={t('theme')}>
          ◐
        </button>
        <button
          type="button"
          lang={language.value === 'en' ? 'ja' : 'en'}
          onClick={() => setLanguage(language.value === 'en' ? 'ja' : 'en')}
        >
          {language.value === 'en' ? '日本語' : 'English'}
        </button>
      </header>
      {!online.value && (
        <p class="offline" role="status">
          {t('offline')}
          {unsent.value > 0 && ` ${unsent.value} ${t('unsaved')}.`}
        </p>
      )}
      <main>
        <View />
      </main>
      <p class={`notice ${notice.value?.bad ? 'bad' : ''}`} role="status" aria-live="polite">
        {notice.value?.text}
      </p>
    </>
  );
}

/** Every decision says who made it. */
function AskName() {
  const name = useSignal('');
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const user = name.value.trim();
    if (!user) return;
    try {
      session.value = await ask<Session>('PUT', '/session', { user });
      if (location.hash === '') go('draw');
    } catch (error) {
      say(String(error), true);
    }
  };
  return (
    <form class="ask" onSubmit={save}>
      <span class="mark" aria-hidden="true">
        鹿
      </span>
      <label>
        {t('you')}
        <input
          autofocus
          maxLength={64}
          autocomplete="nickname"
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
      </label>
      <p class="dim">{t('youWhy')}</p>
      <button type="submit" class="main">
        {t('begin')}
      </button>
    </form>
  );
}

setLanguage(language.value);
const page = document.getElementById('page');
if (page) render(<Page />, page);

async function start(): Promise<void> {
  for (;;) {
    try {
      await loadAll();
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
  follow();
}

void start();
