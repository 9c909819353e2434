/** The keys of a room, on `?`. */
import { useEffect, useRef } from 'preact/hooks';
import { describe, type Key, keyName } from './keys.ts';
import { t } from './words.ts';

export function Help({ keys }: { readonly keys: readonly Key[] }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '?' || event.target instanceof HTMLInputElement) return;
      if (dialog.current?.open) dialog.current.close();
      else dialog.current?.showModal();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <button type="button" aria-haspopup="dialog" onClick={() => dialog.current?.showModal()}>
        {t('keys')} <kbd>?</kbd>
      </button>
      <dialog ref={dialog} class="help" aria-label={t('keys')}>
        <dl>
          {keys.map((key) => (
            <div key={key.keys.join()}>
              <dt>
                {key.keys.map((name) => (
                  <kbd key={name}>{keyName(name)}</kbd>
                ))}
              </dt>
              <dd>{describe(key)}</dd>
            </div>
          ))}
        </dl>
        <button type="button" onClick={() => dialog.current?.close()}>
          {t('close')}
        </button>
      </dialog>
    </>
  );
}
