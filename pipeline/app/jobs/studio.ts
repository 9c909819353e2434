/** The studio of a job's folder: its address, which stays the same, and what its stages are started with. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import getPort, { portNumbers } from 'get-port';
import { ClipFiltered } from '../../../schemas/clip-filtered.ts';
import { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { RetryableError, reasonOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log/log.ts';
import { retryForever } from '../../runtime/retry.ts';
import { stateFolder } from '../results/job-folder.ts';
import { updateLabelsFile } from '../results/labels.ts';

/** Where the studio listens unless something else is there. */
const USUAL_PORT = 8420;

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

export async function studioAddress({ out, port, host }: StudioOptions): Promise<StudioAddress> {
  const at = port ?? (await getPort({ port: portNumbers(USUAL_PORT, USUAL_PORT + 80), host }));
  const token = tokenOf(out);
  const folder = resolve(out);
  const name = basename(folder) === 'shika-out' ? basename(dirname(folder)) : basename(folder);
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return {
    url: `http://${shown.includes(':') ? `[${shown}]` : shown}:${at}/?token=${token}`,
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

/** Resolves when the page can be opened. @throws the signal's reason when aborted */
export function studioAnswers(url: string, signal: AbortSignal): Promise<void> {
  const health = new URL('healthz', url);
  const ask = async () => {
    const { ok, status } = await fetch(health, { signal });
    if (!ok) throw new RetryableError(`the studio answers ${status}`);
  };
  return retryForever(ask, { backoff: STARTING, isTransient: () => !signal.aborted, signal });
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
