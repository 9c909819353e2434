/** The filter stage with its studio in this process, clips under review on a real bus, and people who ask over HTTP. */
import assert from 'node:assert/strict';
import getPort from 'get-port';
import type { Static } from 'typebox';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { ClipFound } from '../../schemas/clip-found.ts';
import { ClipTracked } from '../../schemas/clip-tracked.ts';
import { Image } from '../../schemas/image.ts';
import type { Cause } from '../../schemas/terms.ts';
import { Track } from '../../schemas/track.ts';
import { filter } from '../../stages/filter/stage.ts';
import type { Decided, LiveEvent, TrackView } from '../../stages/filter/studio/api.ts';
import { startStage } from './stage-bed.ts';
import type { LogLine } from './testbed.ts';

export const TOKEN = 'a token that nobody guesses';
export const CAMERA = 'gate';
export const SIZE = { width: 640, height: 360 } as const;

export interface TestStudio {
  readonly url: string;
  readonly lines: LogLine[];
  stop(): Promise<void>;
}

/** @param port of a studio that ran before; a free one where not given */
export async function startStudio(
  context: { after(end: () => Promise<void>): void },
  url: string,
  options: Partial<Static<typeof filter.options>> = {},
): Promise<TestStudio> {
  const port = options.studioPort ?? (await getPort());
  const { lines, over, stop } = startStage(context, url, filter, {
    ...{ studioPort: port, studioToken: TOKEN },
    ...options,
  });
  const studio = { url: `http://127.0.0.1:${port}`, lines, stop };
  await listens(studio.url, over);
  return studio;
}

async function listens(url: string, over: Promise<void>): Promise<void> {
  const answers = async () => {
    while (!(await fetch(`${url}/healthz`).catch(() => null))?.ok) await new Promise(setImmediate);
  };
  await Promise.race([answers(), over]);
}

/** A person with a browser: their cookies, and JSON both ways. */
export class Person {
  readonly #url: string;
  readonly #cookies = new Map<string, string>();

  private constructor(url: string) {
    this.#url = url;
  }

  /** Comes in by the printed address, and says who they are. */
  static async enter(
    { url, token = TOKEN }: { readonly url: string; readonly token?: string },
    user: string,
  ): Promise<Person> {
    const person = new Person(url);
    await person.request('GET', `/?token=${encodeURIComponent(token)}`);
    await person.ok('PUT', '/api/session', { user });
    return person;
  }

  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ) {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      redirect: 'manual',
      ...(signal && { signal }),
      headers: {
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.#cookies.set(name, value);
    }
    return response;
  }

  /** @throws where the answer is no success */
  async ok<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.request(method, path, body);
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T; // the test says what it expects
  }

  get<T>(path: string): Promise<T> {
    return this.ok('GET', path);
  }

  /** Decides on frames of a track as it stands. */
  async decide(
    decision: 'accepted' | 'rejected',
    { clip, track, from, to }: { clip: string; track: number; from: number; to: number },
  ): Promise<Decided> {
    const { version } = await this.track(clip, track);
    return this.ok('POST', '/api/decisions', { decision, runs: [{ clip, track, from, to, version }] });
  }

  async track(clip: string, track: number): Promise<TrackView> {
    const tracks = await this.get<TrackView[]>(`/api/clips/${clip}/labels`);
    const found = tracks.find((view) => view.track === track);
    assert.ok(found, `track ${track} of clip ${clip}`);
    return found;
  }
}

export interface LabelledClip {
  readonly clip: string;
  readonly tracks: number;
  /** Each track has a label on each. */
  readonly frames: number;
  readonly file?: string;
  /** Of which a label is: as {@link causeOf} says where not given. */
  readonly cause?: (index: number) => Cause;
  /** ISO 8601 with its zone. */
  readonly recordedAt?: string;
  /** Frames behind them without a label. */
  readonly empty?: number;
}

/** Puts a clip on the bus as it is when it was tracked. */
export async function publishLabelled(
  bus: Bus,
  { clip, tracks, frames, file = 'deer.mp4', cause = causeOf, empty = 0, recordedAt }: LabelledClip,
) {
  const numbers = Array.from({ length: tracks }, (_, i) => i + 1);
  for (const track of numbers) {
    const labels = Array.from({ length: frames }, (_, index) => label(clip, track, index, cause(index)));
    await Promise.all(
      labels.map((body) => bus.publish(outgoing(Track, { clip, track, index: body.index }, body))),
    );
  }
  const causes = { hand: 0, detected: tracks * frames, followed: 0, interpolated: 0, moved: 0, held: 0 };
  const body: ClipTracked = {
    ...{ clip, camera: CAMERA, file, ...SIZE, fps: 25, causes },
    tracks: numbers.map((track) => ({ track, label: 'deer', first: 0, last: frames - 1 })),
    ledger: { decoded: frames + empty, labelled: frames, empty, skipped: {}, dead: 0 },
    ...(recordedAt && { recordedAt: { time: recordedAt, source: 'container' } }),
  };
  await bus.publish(outgoing(ClipTracked, { camera: CAMERA, clip }, body));
}

/** Every seventh label was not seen. */
function causeOf(index: number): Cause {
  return index % 7 === 6 ? 'held' : 'detected';
}

function label(clip: string, track: number, index: number, cause: Cause): Track {
  return {
    ...{
      clip,
      camera: CAMERA,
      track,
      index,
      pts: index / 25,
      label: 'deer',
      cause,
      model: null,
      region: null,
    },
    box: [10 + ((track * 37 + index * 5) % 400), 20 + ((track * 17) % 200), 80, 60],
    score: cause === 'detected' ? 0.5 + ((track * 13 + index * 7) % 50) / 100 : null,
  };
}

export interface FoundClip {
  readonly clip: string;
  readonly source: string;
  readonly frames: number;
  readonly file?: string;
}

/** Says that a clip is there which nobody asked to be labelled. */
export async function publishFound(bus: Bus, { clip, source, frames, file = 'deer.mp4' }: FoundClip) {
  const body: ClipFound = { clip, camera: CAMERA, file, source, frames, ...SIZE, fps: 25 };
  await bus.publish(outgoing(ClipFound, { camera: CAMERA, clip }, body));
}

/** Keeps a picture of a frame, so that no decoder is needed. */
export async function publishPicture(bus: Bus, clip: string, index: number, payload = new Uint8Array([1])) {
  const facts = { clip, index, ...SIZE };
  await bus.publish(outgoing(Image, { clip, index }, facts, { payload }));
}

/** A page that listens to what changed. */
export interface Listening {
  readonly seen: LiveEvent[];
  /** How often it was told to ask for everything again. */
  readonly resets: number;
  /** The first that is so, of those that came and those that come. */
  next(isIt: (event: LiveEvent) => boolean): Promise<LiveEvent>;
  leave(): Promise<void>;
}

/**
 * Resolves when the server has said that it is heard.
 * @param after the last event that the page saw
 */
export async function listening(
  context: { after(end: () => Promise<void>): void },
  person: Person,
  after?: number,
): Promise<Listening> {
  const ended = new AbortController();
  const response = await person.request(
    'GET',
    '/api/live',
    undefined,
    after === undefined ? {} : { 'last-event-id': String(after) },
    ended.signal,
  );
  assert.equal(response.status, 200);
  const seen: LiveEvent[] = [];
  const waiting = new Set<() => void>();
  const counts = { resets: 0 };
  const ready = Promise.withResolvers<void>();
  const over = (async () => {
    for await (const { event, data } of serverEvents(response)) {
      if (event === 'ready') ready.resolve();
      else if (event === 'reset') counts.resets += 1;
      else if (event === 'message') seen.push(JSON.parse(data) as LiveEvent);
      for (const look of waiting) look();
    }
  })().catch((error) => ready.reject(error)); // it was left, or the server ended
  await ready.promise;
  const leave = async () => {
    ended.abort();
    await over;
  };
  context.after(leave);
  return {
    seen,
    get resets() {
      return counts.resets;
    },
    next: (isIt) =>
      new Promise((resolve) => {
        const look = () => {
          const found = seen.find(isIt);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    leave,
  };
}

async function* serverEvents(response: Response): AsyncGenerator<{ event: string; data: string }> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => [line.split(':')[0], line.slice(line.indexOf(':') + 1).trim()]),
      );
      yield { event: fields.get('event') ?? 'message', data: fields.get('data') ?? '' };
    }
  }
}
