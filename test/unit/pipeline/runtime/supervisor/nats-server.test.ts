import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isNewEnough } from '../../../../../pipeline/runtime/bus/server-version.ts';
import { provideNatsServer } from '../../../../../pipeline/runtime/supervisor/nats-server.ts';

describe('server version', () => {
  for (const [version, expected] of [
    ['2.9.10', true],
    ['2.9.9', false],
    ['2.10.0', true],
    ['2.10.0-beta.1', true],
    ['3.0.0', true],
    ['1.99.99', false],
    ['nonsense', false],
  ] as const) {
    test(`${version} is ${expected ? '' : 'not '}new enough`, () =>
      assert.equal(isNewEnough(version), expected));
  }
});

describe('nats-server', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shika-nats-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const putServer = (version: string) =>
    writeFile(join(folder, 'nats-server'), `#!/bin/sh\necho nats-server: v${version}\n`, { mode: 0o755 });
  const provide = (env: Record<string, string>) =>
    provideNatsServer({ install: false, env: { PATH: folder, ...env } });

  test('the one that NATS_URL names goes before any other', async () => {
    await putServer('2.14.0');
    const url = 'nats://bus.example.org:4222';
    assert.deepEqual(await provide({ NATS_URL: url }), { kind: 'url', url });
  });

  test('the first on the PATH is taken', async () => {
    await putServer('2.14.0');
    assert.deepEqual(await provide({}), {
      kind: 'binary',
      path: join(folder, 'nats-server'),
      version: '2.14.0',
    });
  });

  test('one that is too old is passed over, and named where there is no other', async () => {
    await putServer('2.8.4');
    const found = await provide({}).catch((error: Error) => error);
    if (found instanceof Error)
      assert.match(
        found.message,
        /nats-server is 2\.8\.4.*expected 2\.9\.10 or newer: `make setup` installs one/,
      );
    else assert.notEqual(found.kind === 'binary' && found.path, join(folder, 'nats-server'));
  });
});
