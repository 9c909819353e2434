/** Language, dark or light, and the person's name. */
import { useState } from 'preact/hooks';
import { session } from './api/lists.ts';
import { choose, THEMES, theme } from './looks.ts';
import { Welcome } from './welcome.tsx';
import { LANGUAGES, language, speak, words } from './words/words.ts';

const NAMES = { en: 'English', ja: '日本語' } as const;

export function SettingsButton() {
  const t = words.value;
  const [isRenaming, setRenaming] = useState(false);
  return (
    <details class="settings">
      <summary
        class="icon quiet"
        aria-label={`${t.you}, ${t.language}, ${t.theme}`}
        title={session.value?.user ?? t.you}
      >
        {session.value?.user?.slice(0, 1).toUpperCase() ?? '…'}
      </summary>
      <div class="menu">
        <button type="button" onClick={() => setRenaming(true)}>
          {t.you}: {session.value?.user ?? '–'}
        </button>
        <label>
          {t.language}
          <select
            value={language.value}
            onChange={(event) => speak(LANGUAGES.find((name) => name === event.currentTarget.value) ?? 'en')}
          >
            {LANGUAGES.map((name) => (
              <option key={name} value={name} lang={name}>
                {NAMES[name]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t.theme}
          <select
            value={theme.value}
            onChange={(event) => choose(THEMES.find((name) => name === event.currentTarget.value) ?? 'auto')}
          >
            {THEMES.map((name) => (
              <option key={name} value={name}>
                {t.themes[name]}
              </option>
            ))}
          </select>
        </label>
      </div>
      {isRenaming && <Welcome onClose={() => setRenaming(false)} />}
    </details>
  );
}
