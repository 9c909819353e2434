/** What a request says: its body, and the parts of its address, checked. */
import type { Context } from 'hono';
import type { Static, TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { UsageError } from '../../../pipeline/runtime/errors.ts';
import { ClipId, FrameIndex, JobId, ModelId, TrackId } from '../../../schemas/terms.ts';
import { userOf } from './session.ts';

/** @throws UsageError naming what was found and expected */
export async function bodyOf<S extends TSchema>(context: Context, schema: S): Promise<Static<S>> {
  const type = context.req.header('content-type') ?? 'none';
  // A form of another site can't send this type without asking first.
  if (!type.startsWith('application/json'))
    throw new UsageError('the body is no JSON', { found: type, expected: 'content-type application/json' });
  let body: unknown;
  try {
    body = await context.req.json();
  } catch {
    throw new UsageError('the body is no JSON');
  }
  if (Check(schema, body)) return body;
  const [first] = Errors(schema, body);
  const where = first?.instancePath || 'the body';
  throw new UsageError(`${where} is not valid`, { expected: first?.message ?? 'what the API says' });
}

/** @throws UsageError where the address has none */
export function clipOf(context: Context): string {
  const clip = context.req.param('clip');
  if (Check(ClipId, clip)) return clip;
  throw new UsageError('not a clip', { found: String(clip).slice(0, 64), expected: '16 hex digits' });
}

/** As {@link clipOf}, of a frame. */
export function indexOf(context: Context): number {
  const text = context.req.param('index') ?? '';
  const index = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (Check(FrameIndex, index)) return index;
  throw new UsageError('not a frame', { found: text.slice(0, 64), expected: '0, 1, 2 …' });
}

/** @throws UsageError where they have not said */
export function userNeeded(context: Context): string {
  const user = userOf(context);
  if (user) return user;
  throw new UsageError('nobody said who decides', { expected: 'PUT /session first' });
}

/** As {@link clipOf}, of an animal. */
export function trackOf(context: Context): number {
  const text = context.req.param('track') ?? '';
  const track = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (Check(TrackId, track)) return track;
  throw new UsageError('not a track', { found: text.slice(0, 64), expected: '1, 2, 3 …' });
}

/** As {@link clipOf}, of a model. */
export function modelOf(context: Context): string {
  const model = context.req.param('model');
  if (Check(ModelId, model)) return model;
  throw new UsageError('not a model', { found: String(model).slice(0, 64), expected: '16 hex digits' });
}

/** As {@link clipOf}, of a job. */
export function jobOf(context: Context): string {
  const job = context.req.param('job');
  if (Check(JobId, job)) return job;
  throw new UsageError('not a job', { found: String(job).slice(0, 64), expected: 'its name' });
}
