/**
 * A Docker engine for tests, and images made on this machine: nothing is pulled. An image is a program with the
 * libraries it is linked to, as `ldd` names them.
 */
import { execFile, spawn } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

export async function run(command: string, ...args: string[]): Promise<string> {
  return (await exec(command, args, { maxBuffer: 2 ** 26 })).stdout;
}

/** Why tests that need an engine are skipped; undefined where one answers. */
export async function noEngine(): Promise<string | undefined> {
  try {
    await run('docker', 'version', '--format', '{{.Server.Version}}');
    return undefined;
  } catch {
    return 'no Docker engine answers';
  }
}

/** `docker compose` (v2) or `docker-compose` (v1), whichever is here. */
export async function composeCommand(): Promise<readonly string[] | undefined> {
  for (const command of [['docker', 'compose'], ['docker-compose']] as const) {
    const [program, ...args] = command;
    const there = await exec(program, [...args, 'version']).catch(() => undefined);
    if (there) return command;
  }
  return undefined;
}

/**
 * A `docker` that builds with BuildKit, which leaves out the stages of a Dockerfile that a target does not need:
 * up to version 22 it is built in, later it is a plugin.
 */
export async function buildingDocker(): Promise<string | undefined> {
  for (const docker of ['docker', '/usr/bin/docker']) {
    const version = await run(docker, 'version', '--format', '{{.Client.Version}}').catch(() => undefined);
    if (version === undefined) continue;
    if (Number.parseInt(version, 10) < 23) return docker;
    if (await run(docker, 'buildx', 'version').catch(() => undefined)) return docker;
  }
  return undefined;
}

/** As in the images of Debian and Node. */
const USERS = 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n';

export interface LocalImage {
  readonly name: string;
  /** Program on this machine to where it is in the image. */
  readonly programs: Readonly<Record<string, string>>;
  /** Files and folders of this machine to where they are in the image. */
  readonly files?: Readonly<Record<string, string>>;
  /** Folders that are made, empty. */
  readonly folders?: readonly string[];
  /** Libraries that no program names because they are loaded later. */
  readonly libraries?: readonly string[];
  /** Dockerfile instructions, e.g. `ENTRYPOINT ["/nats-server"]`. */
  readonly changes?: readonly string[];
}

/** Makes an image of programs of this machine. */
export async function importImage({
  name,
  programs,
  files = {},
  folders = [],
  libraries = [],
  changes = [],
}: LocalImage): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'shika-image-'));
  try {
    for (const folder of ['tmp', 'etc', ...folders]) await mkdir(join(root, folder), { recursive: true });
    await chmod(join(root, 'tmp'), 0o1777);
    await writeFile(join(root, 'etc/passwd'), USERS);
    for (const [file, place] of Object.entries(files)) await copy(file, join(root, place));
    const linked = new Set(libraries);
    for (const [program, place] of Object.entries(programs)) {
      await copy(program, join(root, place));
      for (const library of await librariesOf(program)) linked.add(library);
    }
    for (const library of linked) await copy(library, join(root, library));
    const tar = spawn('tar', ['-C', root, '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const changed = changes.flatMap((change) => ['--change', change]);
    const docker = spawn('docker', ['import', ...changed, '-', name], {
      stdio: [tar.stdout, 'ignore', 'inherit'],
    });
    const code = await new Promise((done) => docker.once('exit', done));
    if (code !== 0) throw new Error(`docker import of ${name} ended with ${code}`);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { dereference: true, recursive: true });
}

async function librariesOf(program: string): Promise<string[]> {
  const linked = await run('ldd', program).catch(() => ''); // not linked to anything
  return linked.split('\n').flatMap((line) => /(?:=>\s*)?(\/\S+)\s+\(0x/.exec(line)?.[1] ?? []);
}

/** Path of a program of this machine. */
export async function where(program: string): Promise<string> {
  const path = await run('sh', '-c', `PATH=$PATH:/usr/sbin command -v ${program}`).catch(() => undefined);
  if (path === undefined) throw new Error(`this machine has no ${program}`);
  return path.trim();
}

/** An image of a nats-server of this machine, with what its health check in compose runs. */
export async function importNats(name: string, server: string): Promise<void> {
  await importImage({
    name,
    programs: {
      [server]: '/usr/local/bin/nats-server',
      [await where('sh')]: '/bin/sh',
      [await where('wget')]: '/bin/wget',
    },
    changes: ['ENTRYPOINT ["/usr/local/bin/nats-server"]', 'EXPOSE 4222'],
  });
}

/** An image that stands for `node:22-bookworm-slim`: the Node that runs this test, and what a health check runs. */
export async function importNode(name: string): Promise<void> {
  const libraries = ['libstdc++.so.6', 'libgcc_s.so.1', 'libmvec.so.1', 'libresolv.so.2', 'librt.so.1'];
  await importImage({
    name,
    programs: {
      [process.execPath]: '/usr/local/bin/node',
      [await where('sh')]: '/bin/sh',
      [await where('grep')]: '/bin/grep',
      // Of util-linux, which every Debian has: a command owns its folder by it.
      [await where('flock')]: '/bin/flock',
    },
    // Addons of packages (sharp, node-av, the native backend) load these.
    libraries: libraries.map((library) => `/lib/x86_64-linux-gnu/${library}`),
    changes: ['ENV PATH=/usr/local/bin:/bin'],
  });
}
