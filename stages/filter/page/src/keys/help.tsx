/** The keys that hold here, as `?` shows them. */
import { Dialog } from '../parts/dialog.tsx';
import { words } from '../words/words.ts';
import { BINDINGS, type Scope } from './bindings.ts';
import { capOf } from './caps.ts';
import { listening } from './dispatch.ts';

export function KeyHelp({ onClose }: { readonly onClose: () => void }) {
  const t = words.value;
  return (
    <Dialog title={t.keysTitle} onClose={onClose} wide>
      <div class="key-help">
        {listening().map((scope) => (
          <Keys key={scope} scope={scope} />
        ))}
      </div>
      <p class="quiet">{t.spaceDrag}</p>
    </Dialog>
  );
}

function Keys({ scope }: { readonly scope: Scope }) {
  const t = words.value;
  const own: Readonly<Record<string, readonly string[]>> = BINDINGS[scope];
  const names: Readonly<Record<string, string>> = t.keys[scope];
  return (
    <section>
      <h3>{t.scopes[scope]}</h3>
      <dl>
        {Object.entries(own).map(([action, keys]) => (
          <div key={action}>
            <dt>
              {keys.slice(0, 2).map((chord) => (
                <kbd key={chord}>{capOf(chord)}</kbd>
              ))}
            </dt>
            <dd>{names[action]}</dd>
          </div>
        ))}
        {(scope === 'draw' || scope === 'track') && (
          <div>
            <dt>
              <kbd>1</kbd>…<kbd>9</kbd>
            </dt>
            <dd>{t.numberKeys}</dd>
          </div>
        )}
      </dl>
    </section>
  );
}
