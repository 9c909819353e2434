/** Who works here? Asked once. */
import { useState } from 'preact/hooks';
import { setUser } from './api/lists.ts';
import { Dialog } from './parts/dialog.tsx';
import { words } from './words/words.ts';

export function Welcome({ onClose = null }: { readonly onClose?: (() => void) | null }) {
  const t = words.value;
  const [error, setError] = useState<string | null>(null);
  return (
    <Dialog title={t.whoTitle} onClose={onClose}>
      <p class="quiet">{t.whoWhy}</p>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          const name = String(new FormData(event.currentTarget).get('name') ?? '').trim();
          if (name === '') return;
          setUser(name).then(
            () => onClose?.(),
            (failed: Error) => setError(failed.message),
          );
        }}
      >
        <input
          name="name"
          aria-label={t.whoName}
          placeholder={t.whoName}
          autocomplete="name"
          maxLength={64}
          required
          autofocus
        />
        <button type="submit" class="primary">
          {t.whoGo}
        </button>
      </form>
      {error && <p class="bad">{error}</p>}
    </Dialog>
  );
}
