/** Where the page is, in its address: a reload and a link come back to the same frame. */
import { signal } from '@preact/signals';

export type Room = 'clips' | 'draw' | 'review' | 'models' | 'events';
export const rooms: readonly Room[] = ['clips', 'draw', 'review', 'models', 'events'];

export interface Route {
  readonly room: Room;
  readonly clip: string | null;
  /** A frame in Draw, a track in Review. */
  readonly number: number | null;
  /** A frame in Review. */
  readonly frame: number | null;
}

export const route = signal<Route>(read());

function read(): Route {
  const [room = '', clip = '', number = '', frame = ''] = location.hash.replace(/^#\/?/, '').split('/');
  const count = (text: string) => (/^\d+$/.test(text) ? Number(text) : null);
  return {
    room: rooms.find((known) => known === room) ?? 'clips',
    clip: /^[0-9a-f]{16}$/.test(clip) ? clip : null,
    number: count(number),
    frame: count(frame),
  };
}

export function go(room: Room, clip?: string | null, number?: number | null, frame?: number | null): void {
  const parts = [room, clip, number, frame].filter((part) => part !== undefined && part !== null);
  const hash = `#/${parts.join('/')}`;
  if (location.hash === hash) return;
  // Frame after frame would fill the browser's history.
  const same = route.value.room === room;
  if (same) history.replaceState(null, '', hash);
  else history.pushState(null, '', hash);
  route.value = read();
}

addEventListener('hashchange', () => {
  route.value = read();
});
addEventListener('popstate', () => {
  route.value = read();
});
