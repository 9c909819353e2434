/**
 * Where a nats-server comes from, asked in one place: `NATS_URL`, the PATH, Docker, and where installing is allowed
 * Debian's package (as root) or Go.
 */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import envPaths from 'env-paths';
import { isNewEnough, OLDEST_SERVER } from '../bus/server-version.ts';
import { FatalError, reasonOf } from '../errors.ts';

export type NatsProvider =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'binary'; readonly path: string; readonly version: string }
  | { readonly kind: 'docker'; readonly image: string };

type Note = (text: string) => unknown;

export interface ProvideOptions {
  /** Whether what is missing may be installed, which needs the network. */
  readonly install: boolean;
  /** Told what is being done where it takes long; standard error by default. */
  readonly note?: Note;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The same as in `deploy/compose.yaml`. */
const IMAGE = 'nats:2.14-alpine';
/** Built where there is Go and nothing else. */
export const GO_MODULE = 'github.com/nats-io/nats-server/v2@v2.15.2';
/** Building the server takes a minute on two free cores. */
const INSTALL_MS = 600_000;

const run = promisify(execFile);

/**
 * Finds a server, installing one only where `install` allows it.
 * @throws FatalError that says what to install
 */
export async function provideNatsServer({
  install,
  note = (text) => process.stderr.write(`shika: ${text}\n`),
  env = process.env,
}: ProvideOptions): Promise<NatsProvider> {
  const url = env.NATS_URL;
  if (url) return { kind: 'url', url };
  const refused: string[] = [];
  const found = (await binary(env, refused)) ?? (await docker(refused, install, note));
  if (found) return found;
  if (install) {
    for (const installer of [debian, go]) {
      await installer(note, refused);
      const installed = await binary(env, refused);
      if (installed) return installed;
    }
  }
  throw new FatalError('no nats-server', {
    ...(refused.length > 0 ? { found: [...new Set(refused)].join('; ') } : {}),
    expected: `${OLDEST_SERVER} or newer: \`make setup\` installs one; or on Debian \`sudo apt-get install nats-server\`, with Go \`go install ${GO_MODULE}\`, or NATS_URL=nats://… of one that is running (with -js)`,
  });
}

/** Where `go install` puts the server: a folder of the user's cache. */
function goFolder(): string {
  return join(envPaths('shika', { suffix: '' }).cache, 'bin');
}

async function binary(env: ProvideOptions['env'], refused: string[]): Promise<NatsProvider | undefined> {
  // Debian puts the server into /usr/sbin, which is not on every user's PATH.
  const folders = [...(env?.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', goFolder()];
  for (const folder of new Set(folders.filter(Boolean))) {
    const path = join(folder, 'nats-server');
    const there = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!there) continue;
    const version = await versionOf(path);
    if (version && isNewEnough(version)) return { kind: 'binary', path, version };
    refused.push(`${path} is ${version ?? 'not a nats-server that runs'}`);
  }
  return undefined;
}

/** `2.9.10` of the binary at `path`; undefined where it does not run. */
export async function versionOf(path: string): Promise<string | undefined> {
  const { stdout } = await run(path, ['--version'], { timeout: 10_000 }).catch(() => ({ stdout: '' }));
  return /v?(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
}

async function docker(refused: string[], install: boolean, note: Note): Promise<NatsProvider | undefined> {
  const quiet = { timeout: 10_000 };
  try {
    await run('docker', ['version', '--format', '{{.Server.Version}}'], quiet);
  } catch {
    return undefined; // a client without an engine is as good as none
  }
  const has = await run('docker', ['image', 'inspect', IMAGE], quiet).catch(() => undefined);
  if (has) return { kind: 'docker', image: IMAGE };
  if (!install) return undefined;
  note(`fetching the image ${IMAGE}`);
  try {
    await run('docker', ['pull', '--quiet', IMAGE], { timeout: INSTALL_MS });
    return { kind: 'docker', image: IMAGE };
  } catch (error) {
    refused.push(`docker could not pull ${IMAGE} (${whyOf(error)})`);
    return undefined;
  }
}

async function debian(note: Note, refused: string[]): Promise<void> {
  if (process.getuid?.() !== 0 || !(await onPath('apt-get'))) return;
  note('installing nats-server with apt-get');
  const options = { timeout: INSTALL_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const get = ['install', '--yes', '--no-install-recommends', 'nats-server'];
  try {
    // The lists may be missing (a fresh container) or good enough: update only where installing fails without.
    await run('apt-get', get, options).catch(async () => {
      await run('apt-get', ['update'], options);
      await run('apt-get', get, options);
    });
  } catch (error) {
    refused.push(`apt-get could not install nats-server (${whyOf(error)})`);
  }
}

async function go(note: Note, refused: string[]): Promise<void> {
  if (!(await onPath('go'))) return;
  const GOBIN = goFolder();
  note(`building nats-server with Go into ${GOBIN}`);
  try {
    await run('go', ['install', GO_MODULE], { timeout: INSTALL_MS, env: { ...process.env, GOBIN } });
  } catch (error) {
    refused.push(`go could not install nats-server (${whyOf(error)})`);
  }
}

async function onPath(command: string): Promise<boolean> {
  return run('sh', ['-c', `command -v ${command}`]).then(
    () => true,
    () => false,
  );
}

function whyOf(error: unknown): string {
  const { stderr, killed } = error as { stderr?: unknown; killed?: boolean }; // execFile puts them on its errors
  if (killed) return `not done after ${INSTALL_MS / 1000} s`;
  const text = typeof stderr === 'string' && stderr.trim() ? stderr : reasonOf(error);
  return text.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
}
