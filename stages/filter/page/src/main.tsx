/** The studio's page: shows what the server knows, and follows it. */
import { render } from 'preact';
import { drawAgain, loadDrawings } from './api/drawings.ts';
import { beginAgain } from './api/labels.ts';
import { loadLists, session, shutOut } from './api/lists.ts';
import { follow } from './api/live.ts';
import { resume } from './api/outbox.ts';
import { App } from './app.tsx';
import { dispatchKeys } from './keys/dispatch.ts';
import { keepLooks } from './looks.ts';
import './style/tokens.css';
import './style/controls.css';
import './style/page.css';
import './style/rooms.css';
import './style/review.css';

/** The server starts a moment after the address was printed, or is started again, ms. */
const AGAIN_MS = 1_000;

keepLooks();
dispatchKeys();
const page = document.getElementById('page');
if (page) render(<App />, page);
await begin();

async function begin(): Promise<void> {
  try {
    await loadLists();
    if (shutOut.value !== null) return;
    await loadDrawings();
  } catch {
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    return begin();
  }
  const errands = resume();
  beginAgain(errands);
  drawAgain(errands, session.value?.user ?? '');
  follow();
}
