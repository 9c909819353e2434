/** The studio of a job's folder: its address, which stays the same, and what its stages are started with. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import getPort, { portNumbers } from 'get-port';
import Type from 'typebox';
import { Check } from 'typebox/value';
import { ClipFiltered } from '../../../schemas/clip-filtered.ts';
import { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import { MARK_HEADER, markOf } from '../../../stages/filter/studio/session.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { reasonOf, UsageError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log/log.ts';
import { retryForever } from '../../runtime/retry.ts';
import { readOwner } from '../../runtime/supervisor/owned-folder.ts';
import { stateFolder } from '../results/job-folder.ts';
import { updateLabelsFile } from '../results/labels.ts';

/** Where the studio listens unless something else is there. */
const USUAL_PORT = 8420;

/** How long a studio that runs may take to answer, ms. */
const ANSWER_MS = 3_000;

/** Between two looks whether the studio is up. */
const STARTING = { firstMs: 100, longestMs: 500 };

export interface StudioOptions {
  /** The job's folder. */
  readonly out: string;
  /** One that is free where not given. */
  readonly port?: number | undefined;
  readonly host: string;
}

export interface StudioAddress {
  /** With the token: whoever has it is let in. */
  readonly url: string;
  /** For the stages. */
  readonly env: Readonly<Record<string, string>>;
}

/** For the folder's owner. */
export async function studioAddress({ out, port, host }: StudioOptions): Promise<StudioAddress> {
  const at = port ?? (await getPort({ port: portNumbers(USUAL_PORT, USUAL_PORT + 80), host }));
  const token = tokenOf(out);
  const folder = resolve(out);
  const name = basename(folder) === 'shika-out' ? basename(dirname(folder)) : basename(folder);
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const url = `http://${shown.includes(':') ? `[${shown}]` : shown}:${at}/?token=${token}`;
  leaveUrl(out, url);
  return {
    url,
    env: {
      SHIKA_FILTER_STUDIO_PORT: String(at),
      SHIKA_FILTER_STUDIO_HOST: host,
      SHIKA_FILTER_STUDIO_TOKEN: token,
      SHIKA_FILTER_PROJECT: (name || 'shika').slice(0, 128),
    },
  };
}

/** The folder's own, so that a page that is open goes on after a restart. */
function tokenOf(out: string): string {
  const file = join(stateFolder(out), 'studio-token');
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  if (kept) return kept; // it is empty where the disk was full
  mkdirSync(stateFolder(out), { recursive: true });
  const token = randomBytes(24).toString('base64url');
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  return token;
}

/** Where the folder's owner serves the studio, for whoever comes later. */
const ServedStudio = Type.Object({ url: Type.String(), pid: Type.Integer() });

const urlFile = (out: string) => join(stateFolder(out), 'studio.json');

function leaveUrl(out: string, url: string): void {
  writeFileSync(urlFile(out), JSON.stringify({ url, pid: process.pid }), { mode: 0o600 });
}

/** The address, with its token, of the studio that the folder's owner serves; null where none answers. */
export async function servedStudio(out: string): Promise<string | null> {
  try {
    const served: unknown = JSON.parse(readFileSync(urlFile(out), 'utf8'));
    // One that an earlier owner left may be anybody's address by now.
    if (!Check(ServedStudio, served) || readOwner(stateFolder(out))?.pid !== served.pid) return null;
    return (await isThere(served.url, AbortSignal.timeout(ANSWER_MS))) ? served.url : null;
  } catch {
    return null;
  }
}

/**
 * Resolves when the page can be opened.
 * @throws UsageError where something else took the port meanwhile; the signal's reason when aborted
 */
export function studioAnswers(url: string, signal: AbortSignal): Promise<void> {
  const ask = async () => {
    if (await isThere(url, signal)) return;
    throw new UsageError(`something else is at ${new URL(url).origin}`, { expected: 'another port' });
  };
  const isTransient = (error: unknown) => !signal.aborted && !(error instanceof UsageError);
  return retryForever(ask, { backoff: STARTING, isTransient, signal });
}

/** Whether what answers there is the studio of this address. @throws where nothing does */
async function isThere(url: string, signal: AbortSignal): Promise<boolean> {
  const { headers } = await fetch(new URL('healthz', url), { signal });
  return headers.get(MARK_HEADER) === markOf(new URL(url).searchParams.get('token') ?? '');
}

/** Of a folder's `labels.csv` after the last decision, ms. */
const SETTLED_MS = 3_000;

/** Keeps the folder's `labels.csv` as the labels stand, until aborted; what was decided last is in it then. */
export async function keepLabelsFile(
  bus: Bus,
  out: string,
  { signal, log }: { readonly signal: AbortSignal; readonly log: Logger },
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const update = async () => {
    timer = undefined;
    await updateLabelsFile(bus, out).catch((error) =>
      log.warn({ why: reasonOf(error) }, 'labels.csv is not as the labels stand'),
    );
  };
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(update, SETTLED_MS);
  };
  const follow = async (type: typeof LabelReviewed | typeof ClipFiltered) => {
    for await (const _ of bus.follow(type, {}, { signal })) changed();
  };
  await Promise.all([follow(LabelReviewed), follow(ClipFiltered)]);
  if (timer === undefined) return;
  clearTimeout(timer);
  await update();
}
