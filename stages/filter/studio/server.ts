/** The studio over HTTP: the page's files, and what `api.ts` says. */
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, type ErrorHandler, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { secureHeaders } from 'hono/secure-headers';
import { streamSSE } from 'hono/streaming';
import { PoisonError, reasonOf, UsageError } from '../../../pipeline/runtime/errors.ts';
import type { Logger } from '../../../pipeline/runtime/log/log.ts';
import {
  Again,
  type ApiError,
  AuditAnswer,
  type AuditTask,
  Decide,
  type Decided,
  Draw,
  type DrawnFrame,
  Edit,
  Follow,
  type FrameProposal,
  Go,
  type JobView,
  type LiveEvent,
  type ModelView,
  type Progress,
  type Session,
  SessionChange,
  type StayView,
} from './api.ts';
import { bodyOf, clipOf, indexOf, modelOf, userNeeded } from './asked.ts';
import type { Live } from './live.ts';
import { type ModelsBackend, modelRoutes } from './model-routes.ts';
import type { Projection } from './projection.ts';
import { ConflictError } from './requests.ts';
import { keepUser, MARK_HEADER, markOf, tokenRequired, userOf, writesFromHere } from './session.ts';

/** What stands behind the page. */
export interface StudioBackend {
  /** Resolves when what stands on the bus is known; requests wait for it. */
  readonly ready: Promise<void>;
  readonly projection: Projection;
  readonly live: Live;
  readonly jobs: { all(): JobView[] };
  decide(request: Decide, by: string): Promise<Decided>;
  edit(request: Edit, by: string): Promise<Decided>;
  /** What is known at once; better ones are told to the pages. */
  proposals(): FrameProposal[];
  draw(clip: string, index: number, request: Draw, by: string): Promise<DrawnFrame>;
  change(direction: 'undo' | 'redo', request: Again, by: string): Promise<Decided | null>;
  picture(clip: string, index: number, signal: AbortSignal): Promise<Uint8Array | null>;
  followAnew(request: Follow, by: string): Promise<JobView>;
  go(request: Go): Promise<JobView[]>;
  /** Whether the bus can be reached just now. */
  readonly isBusUp: boolean;
  readonly stays: { all(): readonly StayView[] };
  progress(): Progress;
  auditTasks(): AuditTask[];
  answer(answer: AuditAnswer, by: string): Promise<Progress>;
  readonly models: ModelsBackend;
  activate(model: string): Promise<ModelView[]>;
}

export interface ServerOptions {
  readonly token: string;
  /** The job's name. */
  readonly project: string;
  readonly version: string;
  /** For what goes wrong that nobody expected. */
  readonly log: Logger;
  /** Folder of the built page. */
  readonly page: string;
  /** How long a picture is waited for, ms. */
  readonly pictureMs?: number;
}

/** A request's largest body, bytes: ten thousand runs of labels fit. */
const MOST_BODY = 2 * 2 ** 20;
/** The first frame far into a long clip costs reading all that lies before it: 20,000 frames take some 20 s. */
const PICTURE_MS = 60_000;
const PING_MS = 15_000;

export function studioServer(studio: StudioBackend, options: ServerOptions): Hono {
  const { token, page } = options;
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'blob:', 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
      referrerPolicy: 'no-referrer',
      // Whether there is TLS is the proxy's to say.
      strictTransportSecurity: false,
    }),
  );
  app.get('/healthz', (context) => context.text('ok', 200, { [MARK_HEADER]: markOf(token) }));
  app.use(tokenRequired(token));
  app.use(writesFromHere());
  app.use('/api/*', bodyLimit({ maxSize: MOST_BODY, onError: refuseLarge }));
  app.route('/api', api(studio, options));
  app.use(compress());
  app.use(
    serveStatic({
      root: page,
      onFound: (path, context) => {
        const hashed = path.includes('/assets/');
        context.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    }),
  );
  app.notFound((context) => context.json({ error: 'there is nothing here' } satisfies ApiError, 404));
  app.onError(answerError(options.log));
  return app;
}

const tooLarge: ApiError = { error: `the request is too large; expected at most ${MOST_BODY} bytes` };

/** The rest of the body is not read: the connection is of no use any more. */
function refuseLarge(context: Context): Response {
  context.header('connection', 'close');
  return context.json(tooLarge, 413);
}

function api(studio: StudioBackend, { project, version, pictureMs = PICTURE_MS }: ServerOptions): Hono {
  const { projection } = studio;
  const app = new Hono();
  app.use(async (context, next) => {
    context.header('cache-control', 'no-store');
    await studio.ready;
    await next();
  });
  const session = (user: string | null): Session => ({
    user,
    version,
    project,
    classes: projection.drawn.classes(),
  });
  app.get('/session', (context) => context.json(session(userOf(context))));
  app.put('/session', async (context) => {
    const { user } = await bodyOf(context, SessionChange);
    keepUser(context, user);
    return context.json(session(user));
  });
  app.get('/live', (context) => liveEvents(context, studio));
  app.get('/clips', (context) => context.json(projection.clips()));
  app.get('/clips/:clip/labels', (context) => context.json(projection.tracks(clipOf(context))));
  app.get('/clips/:clip/frames/:index', async (context) => {
    const signal = AbortSignal.any([context.req.raw.signal, AbortSignal.timeout(pictureMs)]);
    const picture = await pictureOr404(() => studio.picture(clipOf(context), indexOf(context), signal));
    if (typeof picture === 'string') return context.json({ error: picture } satisfies ApiError, 404);
    if (!picture) {
      const error = 'the frame did not come in time; expected a decoder at work, and a frame of the clip';
      return context.json({ error } satisfies ApiError, 504);
    }
    // A clip is its content: what frame 7 of it shows never changes.
    context.header('cache-control', 'private, max-age=31536000, immutable');
    context.header('content-type', 'image/jpeg');
    return context.body(Uint8Array.from(picture));
  });
  app.get('/tracks', (context) => context.json(projection.summaries()));
  app.get('/drawn', (context) => context.json(projection.drawn.all()));
  app.put('/drawn/:clip/:index', async (context) => {
    const clip = clipOf(context);
    const index = indexOf(context);
    const request = await bodyOf(context, Draw);
    try {
      return context.json(await studio.draw(clip, index, request, userNeeded(context)));
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      return context.json(projection.drawn.at(clip, index), 409);
    }
  });
  app.post('/decisions', (context) =>
    decided(context, studio, async () => studio.decide(await bodyOf(context, Decide), userNeeded(context))),
  );
  app.post('/edits', (context) =>
    decided(context, studio, async () => studio.edit(await bodyOf(context, Edit), userNeeded(context))),
  );
  for (const direction of ['undo', 'redo'] as const) {
    app.post(`/${direction}`, async (context) => {
      const request = context.req.header('content-type') ? await bodyOf(context, Again) : {};
      const change = await studio.change(direction, request, userNeeded(context));
      if (change) return context.json(change);
      return context.json({ error: `there is nothing to ${direction}` } satisfies ApiError, 404);
    });
  }
  app.post('/follow', async (context) =>
    context.json(await studio.followAnew(await bodyOf(context, Follow), userNeeded(context))),
  );
  app.post('/go', async (context) => context.json(await studio.go(await bodyOf(context, Go))));
  app.get('/proposals', (context) => context.json(studio.proposals()));
  app.post('/models/:model/activate', async (context) =>
    context.json(await studio.activate(modelOf(context))),
  );
  app.route('/', modelRoutes(studio.models));
  app.get('/jobs', (context) => context.json(studio.jobs.all()));
  app.get('/audit', (context) => context.json(studio.auditTasks()));
  app.post('/audit', async (context) =>
    context.json(await studio.answer(await bodyOf(context, AuditAnswer), userNeeded(context))),
  );
  app.get('/events', (context) => context.json(studio.stays.all()));
  app.get('/progress', (context) => context.json(studio.progress()));
  return app;
}

/** @returns why it can't be had, where that is so */
async function pictureOr404(picture: () => Promise<Uint8Array | null>): Promise<Uint8Array | string | null> {
  try {
    return await picture();
  } catch (error) {
    if (!(error instanceof PoisonError)) throw error;
    return error.message;
  }
}

async function decided(
  context: Context,
  { projection }: StudioBackend,
  work: () => Promise<Decided>,
): Promise<Response> {
  try {
    return context.json(await work());
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    const tracks = error.runs.flatMap(({ clip, track }) => projection.tracks(clip, [track]));
    return context.json({ action: null, tracks } satisfies Decided, 409);
  }
}

/** Numbered, so that a page that was away asks for what it missed (`Last-Event-ID`). */
function liveEvents(context: Context, studio: StudioBackend): Response {
  const { live } = studio;
  const last = context.req.header('last-event-id') ?? context.req.query('after');
  const after = last === undefined ? null : Number.parseInt(last, 10);
  context.header('x-accel-buffering', 'no');
  return streamSSE(context, async (stream) => {
    const queue: LiveEvent[] = [];
    let wake = () => {};
    const stop = live.listen((event) => {
      queue.push(event);
      wake();
    });
    stream.onAbort(() => {
      stop();
      wake();
    });
    const missed = live.missed(after !== null && Number.isFinite(after) ? after : null);
    if (missed) queue.unshift(...missed);
    else await stream.writeSSE({ event: 'reset', data: '', id: String(live.at) });
    await stream.writeSSE({ event: 'ready', data: '', id: String(live.at) });
    queue.push({ at: live.at, kind: 'bus', up: studio.isBusUp });
    while (!stream.aborted) {
      const event = queue.shift();
      if (event) await stream.writeSSE({ data: JSON.stringify(event), id: String(event.at) });
      else {
        const ping = setTimeout(() => wake(), PING_MS);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        clearTimeout(ping);
        if (queue.length === 0 && !stream.aborted) await stream.writeSSE({ event: 'ping', data: '' });
      }
    }
    stop();
  });
}

function answerError(log: Logger): ErrorHandler {
  return (error, context) => {
    if (error instanceof UsageError || error instanceof PoisonError)
      return context.json({ error: error.message } satisfies ApiError, 400);
    log.error({ path: context.req.path, why: reasonOf(error), err: error }, 'not answered');
    return context.json({ error: 'it could not be done just now' } satisfies ApiError, 503);
  };
}
