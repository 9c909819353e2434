/** Who may see the page: whoever knows the token. Asked for once, then kept in a cookie that no script reads. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { ApiError } from './api.ts';

const USER_COOKIE = 'shika-user';
const MONTH_S = 30 * 24 * 3600;

/** Takes as long whatever was given. */
export function isToken(given: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

/** Of the answer of `/healthz`. */
export const MARK_HEADER = 'x-shika-studio';

/** Tells one studio from another to who knows its token, and the token to nobody: 64 bits of its digest. */
export function markOf(token: string): string {
  return createHash('sha256').update(`mark:${token}`).digest('hex').slice(0, 16);
}

/** `?token=` becomes a cookie and is taken out of the address; everything else needs the cookie, or a bearer token. */
export function tokenRequired(token: string): MiddlewareHandler {
  // A browser sends a host's cookies to all of its ports: two studios of one machine must not overwrite each other's.
  const cookie = `shika-token-${markOf(token).slice(0, 8)}`;
  return async (context, next) => {
    const asked = context.req.query('token');
    if (asked !== undefined && context.req.method === 'GET' && isToken(asked, token)) {
      keep(context, cookie, token);
      const url = new URL(context.req.url);
      url.searchParams.delete('token');
      // Relative, so that it holds behind a proxy that serves the page below a path of its own.
      return context.redirect(`./${url.pathname.split('/').pop()}${url.search}`);
    }
    const bearer = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '')?.[1];
    const given = bearer ?? getCookie(context, cookie) ?? '';
    if (isToken(given, token)) return next();
    const found = given ? 'another token' : 'no token';
    const error = `not let in; found ${found}; expected the address that was printed at the start`;
    return context.json({ error } satisfies ApiError, 401);
  };
}

/** Another site's page has the cookie sent along in some browsers; it can't hide where it comes from. */
export function writesFromHere(): MiddlewareHandler {
  return async (context, next) => {
    const origin = context.req.header('origin');
    const reads = context.req.method === 'GET' || context.req.method === 'HEAD';
    if (reads || origin === undefined || isHere(origin, context)) return next();
    const error = `not written; found a page of ${origin.slice(0, 100)}; expected the studio’s own`;
    return context.json({ error } satisfies ApiError, 403);
  };
}

/** By its host: a proxy may have taken TLS off. */
function isHere(origin: string, context: Context): boolean {
  const here = [context.req.header('host'), context.req.header('x-forwarded-host')];
  return URL.canParse(origin) && here.includes(new URL(origin).host);
}

/** @returns null where they have not said yet */
export function userOf(context: Context): string | null {
  const cookie = getCookie(context, USER_COOKIE);
  return cookie ? cookie.slice(0, 64) : null;
}

export function keepUser(context: Context, user: string): void {
  keep(context, USER_COOKIE, user);
}

function keep(context: Context, name: string, value: string): void {
  const secure = context.req.header('x-forwarded-proto') === 'https' || context.req.url.startsWith('https:');
  setCookie(context, name, value, { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: MONTH_S, secure });
}
