/** A dialog in front of the page: keeps the focus and the keys until it is closed. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { words } from '../words/words.ts';

interface DialogProps {
  readonly title: string;
  /** Null where it has to be answered. */
  readonly onClose: (() => void) | null;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

export function Dialog({ title, onClose, wide = false, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const closing = useRef(onClose);
  closing.current = onClose;
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    // A click beside the dialog's body is one on its backdrop.
    const click = ({ target }: MouseEvent) => target === dialog.current && closing.current?.();
    dialog.current?.addEventListener('click', click);
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? 'wide' : ''}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
    >
      <div class="dialog-body">
        <header>
          <h2>{title}</h2>
          {onClose && (
            <button type="button" class="icon quiet" aria-label={words.value.close} onClick={onClose}>
              ✕
            </button>
          )}
        </header>
        {children}
      </div>
    </dialog>
  );
}
