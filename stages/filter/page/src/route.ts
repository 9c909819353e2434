/** Where the person is, in the address after `#`: a page that is loaded again is where it was. */
import { signal } from '@preact/signals';

export const ROOMS = ['clips', 'draw', 'review', 'models', 'events'] as const;
export type Room = (typeof ROOMS)[number];

/** `#/draw/CLIP/INDEX`, `#/review/CLIP/TRACK/INDEX`: `parts` is what comes after the room. */
export interface Route {
  readonly room: Room;
  readonly parts: readonly string[];
}

export function parseRoute(hash: string): Route {
  const [, room, ...parts] = hash.split('/');
  const known = ROOMS.find((name) => name === room);
  return { room: known ?? 'clips', parts: known ? parts.filter((part) => part !== '') : [] };
}

export function routeTo(room: Room, ...parts: readonly (string | number)[]): string {
  return `#/${[room, ...parts].join('/')}`;
}

export const route = signal<Route>(parseRoute(location.hash));

/** @param replace where going back should not lead here: frame by frame */
export function go(target: string, replace = false): void {
  if (replace) history.replaceState(null, '', target);
  else history.pushState(null, '', target);
  route.value = parseRoute(target);
}

for (const event of ['hashchange', 'popstate']) {
  addEventListener(event, () => {
    route.value = parseRoute(location.hash);
  });
}
