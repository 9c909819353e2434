/**
 * What a person did, on its way to the server: in order, one after the other. Where the network is gone it is kept, over
 * a reload of the page too, and sent again; what the server refuses is told and not tried again.
 */
import { signal } from '@preact/signals';
import type {
  Again,
  AuditAnswer,
  Decide,
  Decided,
  Draw,
  DrawnFrame,
  Edit,
  Follow,
  Go,
  JobView,
  ModelView,
  Progress,
} from '../../../studio/api.ts';
import { AwayError, ask, RefusedError } from './client.ts';

const AGAIN_MS = 1_500;
const KEPT = 'shika-outbox';

/** What can be sent: its body, and what is answered. */
export interface Errands {
  decide: { body: Decide; answer: Decided };
  edit: { body: Edit; answer: Decided };
  draw: { body: Draw; answer: DrawnFrame };
  undo: { body: Again; answer: Decided };
  redo: { body: Again; answer: Decided };
  follow: { body: Follow; answer: JobView };
  go: { body: Go; answer: JobView[] };
  audit: { body: AuditAnswer; answer: Progress };
  activate: { body: null; answer: ModelView[] };
}
export type ErrandKind = keyof Errands;

export interface Errand<K extends ErrandKind> {
  readonly id: string;
  readonly kind: K;
  readonly path: string;
  readonly body: Errands[K]['body'];
}

interface Receiver<K extends ErrandKind> {
  readonly done: (errand: Errand<K>, answer: Errands[K]['answer']) => void;
  readonly refused: (errand: Errand<K>, error: RefusedError) => void;
}

/** How many are not at the server yet. */
export const unsent = signal(0);

type AnyErrand = { [K in ErrandKind]: Errand<K> }[ErrandKind];
const receivers: { [K in ErrandKind]?: Receiver<K> } = {};
const waiting: AnyErrand[] = [];
let busy = false;

/** Says who is told how errands of a kind ended. */
export function receive<K extends ErrandKind>(kind: K, receiver: Receiver<K>): void {
  const all: { [P in K]?: Receiver<P> } = receivers;
  all[kind] = receiver;
}

/** Kinds that the server does once, however often they are sent: their answer may be lost. */
const ONCE: ReadonlySet<ErrandKind> = new Set<ErrandKind>([
  'decide',
  'edit',
  'draw',
  'undo',
  'redo',
  'follow',
  'audit',
]);

/** Sends when its turn comes. */
export function post<K extends ErrandKind>(kind: K, path: string, body: Errands[K]['body']): Errand<K> {
  const id = newId();
  const errand: Errand<K> = { id, kind, path, body: ONCE.has(kind) ? { ...body, id } : body };
  waiting.push(errand as AnyErrand); // K is one of the kinds
  keep();
  void work();
  return errand;
}

/** Unlike `crypto.randomUUID`, also where the page is served without TLS to another machine. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @returns what was not sent before the page was loaded again; it is sent now */
export function resume(): readonly AnyErrand[] {
  const kept = sessionStorage.getItem(KEPT);
  if (kept) waiting.unshift(...(JSON.parse(kept) as AnyErrand[])); // written by keep()
  keep();
  void work();
  return waiting;
}

async function work(): Promise<void> {
  if (busy) return;
  busy = true;
  for (let errand = waiting[0]; errand; errand = waiting[0]) {
    const isSent = await send(errand);
    if (!isSent) {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      continue;
    }
    waiting.shift();
    keep();
  }
  busy = false;
}

/** @returns false where the server could not be reached */
async function send<K extends ErrandKind>(errand: Errand<K>): Promise<boolean> {
  const receiver: Receiver<K> | undefined = receivers[errand.kind];
  try {
    const method = errand.kind === 'draw' ? 'PUT' : 'POST';
    const answer = await ask<Errands[K]['answer']>(method, errand.path, errand.body ?? undefined);
    receiver?.done(errand, answer);
  } catch (error) {
    if (error instanceof AwayError) return false;
    if (!(error instanceof RefusedError)) throw error;
    receiver?.refused(errand, error);
  }
  return true;
}

function keep(): void {
  unsent.value = waiting.length;
  if (waiting.length > 0) sessionStorage.setItem(KEPT, JSON.stringify(waiting));
  else sessionStorage.removeItem(KEPT);
}

addEventListener('beforeunload', (event) => {
  if (waiting.length > 0) event.preventDefault();
});
