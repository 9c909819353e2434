import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { stages } from '../../stages/index.ts';
import { startNodes } from '../processes/cluster-nodes.ts';
import { composeCommand } from '../processes/docker.ts';
import { until } from '../processes/until.ts';

const deploy = resolve(import.meta.dirname, '../../deploy');
const compose = await composeCommand();
const run = promisify(execFile);

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly env_file?: string;
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly restart?: string;
  readonly healthcheck?: object;
  readonly deploy?: object;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly unknown[];
}

const written: { services: Record<string, Service> } = parse(
  await readFile(join(deploy, 'compose.yaml'), 'utf8'),
  { merge: true },
);

describe('compose.yaml', () => {
  test('has a service for every stage, as a user of its own', () => {
    for (const stage of Object.keys(stages)) {
      const service = written.services[stage];
      assert.deepEqual(service?.command, ['stage', stage]);
      assert.equal(service?.env_file, `./secrets/${stage}.env`);
    }
  });

  test('starts every service again when it ends, and asks each whether it is well', () => {
    const { 'set-up': setUp, ...staying } = written.services;
    assert.equal(setUp?.restart, 'on-failure', 'it ends when the bus is set up');
    for (const [name, service] of Object.entries(staying)) {
      assert.equal(service.restart, 'unless-stopped', name);
      assert.ok(service.healthcheck, name);
    }
  });

  test('names the nats image that setup runs where there is Docker only', async () => {
    const source = await readFile(resolve(deploy, '../pipeline/runtime/supervisor/nats-server.ts'), 'utf8');
    const image = /const IMAGE = '([^']+)'/.exec(source)?.[1] ?? 'none';
    assert.ok(written.services.nats?.image.includes(image), `${written.services.nats?.image}, ${image}`);
  });
});

describe('the deploy folder, made ready', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shika-deploy-'));
    await cp(deploy, folder, { recursive: true, filter: (path) => !/\/(secrets|clips|weights)$/.test(path) });
    await run('sh', [join(folder, 'secrets.sh'), 'gpu.example.org', '10.1.2.3']);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** What would be started; v1 prints the services of other profiles too. */
  const services = async (profile: string, ...more: string[]) => {
    const [program = '', ...first] = compose ?? [];
    const files = ['compose.yaml', ...more].flatMap((file) => ['-f', join(folder, file)]);
    const { stdout } = await run(program, [...first, ...files, '--profile', profile, 'config']);
    const config: { services: Record<string, Service> } = parse(stdout);
    const started = Object.entries(config.services).filter(
      ([, { profiles }]) => !profiles || profiles.includes(profile),
    );
    return new Map(started);
  };
  const skip = compose ? false : 'no docker compose here';

  test('secrets.sh - keys and passwords are the owner’s alone, the authority is everybody’s', async () => {
    const mode = async (file: string) =>
      ((await stat(join(folder, 'secrets', file))).mode & 0o777).toString(8);
    for (const file of ['server.key', 'nats.env', 'decoder.env', 'person.env'])
      assert.equal(await mode(file), '600');
    assert.equal(await mode('ca.pem'), '644');
    await assert.rejects(stat(join(folder, 'secrets/ca.key')), 'the authority’s key is not kept');
  });

  test('secrets.sh - a user for every stage, and for nobody else but set-up, the watcher and a person', async () => {
    const users = (await readdir(join(folder, 'secrets')))
      .filter((file) => file.endsWith('.env') && file !== 'nats.env')
      .map((file) => file.replace('.env', ''));
    assert.deepEqual(users.sort(), [...Object.keys(stages), 'person', 'setup', 'watcher'].sort());
  });

  test('secrets.sh - the certificate holds for the names it was given', async () => {
    const args = ['x509', '-in', join(folder, 'secrets/server.pem'), '-noout', '-ext', 'subjectAltName'];
    const { stdout } = await run('openssl', args);
    for (const name of [
      'DNS:nats',
      'DNS:nats-3',
      'DNS:localhost',
      'DNS:gpu.example.org',
      'IP Address:10.1.2.3',
    ])
      assert.ok(stdout.includes(name), stdout);
  });

  test('secrets.sh - a second time changes nothing', async () => {
    const password = await readFile(join(folder, 'secrets/person.env'), 'utf8');
    await run('sh', [join(folder, 'secrets.sh')]);
    assert.equal(await readFile(join(folder, 'secrets/person.env'), 'utf8'), password);
  });

  test('secrets.sh - secrets of before there was a studio get its token, and keep it', async () => {
    const file = join(folder, 'secrets/filter.env');
    const made = await readFile(file, 'utf8');
    assert.match(made, /^SHIKA_FILTER_STUDIO_TOKEN=[0-9a-f]{48}$/m);
    await writeFile(file, made.replace(/^SHIKA_FILTER_STUDIO.*\n/gm, ''));
    await run('sh', [join(folder, 'secrets.sh')]);
    const added = await readFile(file, 'utf8');
    assert.match(added, /^SHIKA_FILTER_STUDIO_PORT=8420\nSHIKA_FILTER_STUDIO_TOKEN=[0-9a-f]{48}$/m);
    await run('sh', [join(folder, 'secrets.sh')]);
    assert.equal(await readFile(file, 'utf8'), added);
  });

  test('the studio is published on loopback only, unless somebody says otherwise', () => {
    const { ports } = written.services.filter ?? {};
    assert.equal(ports?.length, 1);
    assert.match(ports[0] ?? '', /^\$\{SHIKA_STUDIO_LISTEN:-127\.0\.0\.1:8420\}:8420$/); // compose fills it in
  });

  test('docker compose config - the bus and six stages on a processor', { skip }, async () => {
    const started = [...(await services('cpu')).keys()];
    assert.deepEqual(started.sort(), ['nats', 'set-up', 'watcher', ...Object.keys(stages)].sort());
  });

  test('docker compose config - three nodes, each with a name and a store of its own', { skip }, async () => {
    const started = await services('cpu', 'compose.cluster.yaml');
    const nodes = ['nats', 'nats-2', 'nats-3'];
    assert.deepEqual(
      [...started.keys()].sort(),
      [...nodes, 'set-up', 'watcher', ...Object.keys(stages)].sort(),
    );
    const stores = new Set<string>();
    for (const name of nodes) {
      const { environment = {}, volumes = [], command } = started.get(name) ?? {};
      assert.equal(environment.SHIKA_NODE, name);
      for (const [i, other] of nodes.entries())
        assert.equal(environment[`SHIKA_ROUTE_${i + 1}`], `nats-route://${other}:6222`);
      assert.deepEqual(command, ['-c', '/etc/nats/nats.cluster.conf']);
      stores.add(JSON.stringify(volumes.filter((volume) => JSON.stringify(volume).includes('/data'))));
    }
    assert.equal(stores.size, 3);
    for (const name of ['set-up', 'watcher', ...Object.keys(stages)]) {
      const { environment = {} } = started.get(name) ?? {};
      assert.equal(environment.NATS_URL, nodes.map((node) => `nats://${node}:4222`).join(','), name);
      assert.equal(environment.SHIKA_BUS_REPLICAS, '3', name);
      assert.equal(environment.SHIKA_BUS_CA, '/etc/shika/ca.pem', name);
    }
  });

  test('three nodes find each other by the certificate of secrets.sh', async (t) => {
    const nodes = await startNodes(folder);
    t.after(() => nodes.stop());
    await until(
      async () => (await nodes.routes()).every((peers) => peers.size === 2),
      'all know each other',
      60_000,
    );
  });

  test('docker compose config - the gpu profile moves detector and trainer to a GPU', { skip }, async () => {
    const started = await services('gpu');
    for (const stage of ['detector', 'trainer']) {
      assert.match(JSON.stringify(started.get(`${stage}-gpu`)?.deploy), /nvidia/);
      assert.ok(!started.has(stage), stage);
    }
  });
});
