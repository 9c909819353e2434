import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { readDetectorCard } from '../../pipeline/domain/models/detector/card.ts';
import { activate, storeModel } from '../../pipeline/domain/models/registry.ts';
import { clipIdOf } from '../../pipeline/domain/vision/clip-id.ts';
import { encodeClip } from '../../pipeline/domain/vision/video-encode.ts';
import { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { createLog } from '../../pipeline/runtime/log/log.ts';
import { provideNatsServer } from '../../pipeline/runtime/supervisor/nats-server.ts';
import { ClipFiltered } from '../../schemas/clip-filtered.ts';
import { ClipTracked } from '../../schemas/clip-tracked.ts';
import { subjectOf } from '../../schemas/message.ts';
import { accountedFor } from '../../schemas/terms.ts';
import type { ClipView } from '../../stages/filter/studio/api.ts';
import { stages } from '../../stages/index.ts';
import { untrainedDetector } from '../fixtures/untrained-detector.ts';
import {
  buildingDocker,
  composeCommand,
  importImage,
  importNats,
  importNode,
  noEngine,
} from '../processes/docker.ts';
import { freePort } from '../processes/nats-process.ts';
import { until } from '../processes/until.ts';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const FRAMES = 40;

const compose = await composeCommand();
const docker = await buildingDocker();
const skip =
  (await noEngine()) ??
  (compose ? (docker ? false : 'no docker here builds with BuildKit') : 'no docker compose here');

/** Images that stand for those of the registry; the project's own is built from its Dockerfile. */
const images = {
  SHIKA_NATS_IMAGE: 'shika-test-nats',
  SHIKA_IMAGE: 'shika-test',
  NODE_IMAGE: 'shika-test-node',
  MODULES: 'shika-test-modules',
  PAGE: 'shika-test-page',
};

describe('compose.yaml, started', { skip, timeout: 600_000 }, () => {
  let folder: string;
  let person: Bus;
  let port: number;
  let studio: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shika-compose-'));
    port = await freePort();
    studio = `127.0.0.1:${await freePort()}`;
    await prepare();
    await composed('up', '-d', '--no-build');
    person = await connectAsPerson();
  });

  after(async () => {
    await person?.close();
    await composed('down', '--volumes', '--timeout', '5').catch(() => {});
    await run('docker', ['rmi', '-f', ...Object.values(images)]).catch(() => {});
    await rm(folder, { recursive: true, force: true });
  });

  test('every service gets well', async () => {
    const areWell = async () => {
      const states = await containers();
      assert.ok(
        states.every(({ restarts }) => restarts < 3),
        `${JSON.stringify(states)}\n${await composed('logs', '--tail', '20')}`,
      );
      const all = states.length === Object.keys(stages).length + 3;
      return all && states.every(isWell);
    };
    await until(areWell, 'every container is healthy', 120_000);
  });

  test('a clip that is put into the folder passes through', async () => {
    await openBackend('wasm');
    const model = await untrainedDetector({ side: 128 });
    const { id } = readDetectorCard(model);
    await storeModel(person, id, model);
    assert.ok(await activate(person, 'detector', id, 'test', null));
    const written = join(folder, 'clip.mp4');
    await encodeClip(written, pictures(), { fps: 25 });
    const clip = await clipIdOf(written);
    await rename(written, join(folder, 'clips/clip.mp4'));
    const subject = { camera: 'clips', clip };
    const filtered = person.follow(ClipFiltered, subject, { signal: AbortSignal.timeout(180_000) });
    assert.ok(!(await filtered.next()).done, await composed('logs', '--tail', '30'));
    const tracked = await person.last(ClipTracked, subjectOf(ClipTracked, subject));
    assert.equal(tracked?.body.ledger.decoded, FRAMES);
    assert.equal(accountedFor(tracked.body.ledger), FRAMES);
  });

  test('the studio is served: its page and its data to who has the token, nothing to who has not', async () => {
    const secrets = await readFile(join(folder, 'secrets/filter.env'), 'utf8');
    const token = /^SHIKA_FILTER_STUDIO_TOKEN=(\S{48})$/m.exec(secrets)?.[1] ?? '';
    const ask = (path: string, authorization = `Bearer ${token}`) =>
      fetch(`http://${studio}${path}`, { headers: { authorization } });
    for (const path of ['/', '/api/clips', '/api/live']) {
      assert.equal((await ask(path, '')).status, 401, path);
      assert.equal((await ask(path, `Bearer ${token}x`)).status, 401, path);
    }
    const entered = await fetch(`http://${studio}/?token=${token}`, { redirect: 'manual' });
    assert.equal(entered.status, 302);
    assert.match(entered.headers.getSetCookie()[0] ?? '', /HttpOnly; SameSite=Strict/);
    const page = await (await ask('/')).text();
    const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(page)?.[1];
    assert.ok(script, page);
    assert.match((await ask(`/${script}`)).headers.get('content-type') ?? '', /javascript/);
    const [clip] = (await (await ask('/api/clips')).json()) as ClipView[];
    assert.deepEqual([clip?.file, clip?.state, clip?.frames], ['clip.mp4', 'tracked', FRAMES]);
    const picture = await ask(`/api/clips/${clip?.clip}/frames/${FRAMES - 1}`);
    assert.deepEqual([picture.status, picture.headers.get('content-type')], [200, 'image/jpeg']);
  });

  test('the server refused nobody anything, and everything has stayed up', async () => {
    const logs = await composed('logs');
    assert.doesNotMatch(logs, /permissions? violation/i);
    for (const { name, restarts, health } of await containers()) {
      assert.equal(restarts, 0, name);
      assert.ok(isWell({ health }), `${name}: ${health}`);
    }
  });

  test('the bus takes nobody without TLS', async () => {
    const { user, password } = await account();
    const plain = Bus.open(
      { url: `nats://127.0.0.1:${port}`, name: 'test', user, password, connectTimeoutS: 1, bounds },
      createLog('test', 'fatal'),
    );
    await assert.rejects(plain);
  });

  async function prepare(): Promise<void> {
    const nats = await provideNatsServer({ install: false, env: { ...process.env, NATS_URL: undefined } });
    assert.equal(nats.kind, 'binary', 'the image is made of a nats-server of this machine');
    await importNats(images.SHIKA_NATS_IMAGE, nats.path);
    await importNode(images.NODE_IMAGE);
    await importImage({ name: images.MODULES, programs: {}, folders: ['shika/node_modules'] });
    const dist = join(folder, 'page');
    const vite = join(root, 'node_modules/.bin/vite');
    await run(vite, ['build', '--logLevel', 'warn', '--outDir', dist, join(root, 'stages/filter/page')]);
    const files = { [dist]: 'shika/stages/filter/page/dist' };
    await importImage({ name: images.PAGE, programs: {}, files });
    const { NODE_IMAGE, MODULES, PAGE } = images;
    const built = Object.entries({ NODE_IMAGE, MODULES, PAGE }).flatMap(([name, image]) => [
      '--build-arg',
      `${name}=${image}`,
    ]);
    const target = [
      '-f',
      join(root, 'deploy/Dockerfile'),
      '--target',
      'shika',
      '-t',
      images.SHIKA_IMAGE,
      root,
    ];
    await run(docker ?? '', ['build', ...built, ...target], {
      env: { ...process.env, DOCKER_BUILDKIT: '1' },
    });
    const ready = (path: string) => !/\/deploy\/(secrets|clips|weights)$/.test(path);
    await cp(join(root, 'deploy'), folder, { recursive: true, filter: ready });
    await mkdir(join(folder, 'clips'));
    await run('sh', [join(folder, 'secrets.sh')]);
    // The packages come from this machine: a container can't reach their registry everywhere.
    const packages = { volumes: [`${root}/node_modules:/shika/node_modules:ro`] };
    const services = [...Object.keys(stages), 'set-up', 'watcher'].map((name) => [name, packages]);
    await writeFile(join(folder, 'local.yaml'), stringify({ services: Object.fromEntries(services) }));
  }

  async function composed(...args: string[]): Promise<string> {
    const [program = '', ...first] = compose ?? [];
    const files = ['-f', join(folder, 'compose.yaml'), '-f', join(folder, 'local.yaml')];
    const project = ['-p', `shika-test-${process.pid}`, '--profile', 'cpu'];
    const env = { ...process.env, ...images, SHIKA_LISTEN: `127.0.0.1:${port}`, SHIKA_STUDIO_LISTEN: studio };
    const { stdout } = await run(program, [...first, ...project, ...files, ...args], {
      env,
      maxBuffer: 2 ** 26,
    });
    return stdout;
  }

  /** Those that stay answer; set-up has ended well. */
  function isWell({ health }: { readonly health: string }): boolean {
    return health === 'healthy' || health === 'exited:0';
  }

  async function containers(): Promise<{ name: string; health: string; restarts: number }[]> {
    const ids = (await composed('ps', '-q')).trim().split('\n').filter(Boolean);
    const format =
      '{{.Name}} {{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}:{{.State.ExitCode}}{{end}} {{.RestartCount}}';
    const { stdout } = await run('docker', ['inspect', '--format', format, ...ids]);
    return stdout
      .trim()
      .split('\n')
      .map((line) => {
        const [name = '', health = '', restarts] = line.split(' ');
        return { name, health, restarts: Number(restarts) };
      });
  }

  async function account(): Promise<{ user: string; password: string }> {
    const file = await readFile(join(folder, 'secrets/person.env'), 'utf8');
    const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(file)?.[1] ?? '';
    return { user: value('SHIKA_BUS_USER'), password: value('SHIKA_BUS_PASSWORD') };
  }

  async function connectAsPerson(): Promise<Bus> {
    const ca = join(folder, 'secrets/ca.pem');
    const where = { url: `nats://127.0.0.1:${port}`, ca, connectTimeoutS: 60, bounds };
    return Bus.open({ ...where, ...(await account()), name: 'test' }, createLog('test', 'warn'));
  }
});

const bounds = { framesMaxBytes: 2 ** 30, clipsMaxAgeHours: 24 };

/** A bright square that walks over a dark ground. */
async function* pictures() {
  const width = 320;
  const height = 240;
  for (let frame = 0; frame < FRAMES; frame++) {
    const data = new Uint8Array(width * height * 3).fill(60);
    for (let y = 100; y < 140; y++)
      data.fill(200, (y * width + 40 + 4 * frame) * 3, (y * width + 80 + 4 * frame) * 3);
    yield { data, width, height };
  }
}
