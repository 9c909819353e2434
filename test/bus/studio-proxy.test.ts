/** The studio behind a proxy, by the example that `deploy/README.md` gives: where nginx is installed, else it is read. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import getPort from 'get-port';
import { where } from '../processes/docker.ts';
import { until } from '../processes/until.ts';
import { publishFound, startStudio, TOKEN } from './studio-bed.ts';
import { clipId, testbed } from './testbed.ts';

const proxies = resolve(import.meta.dirname, '../../deploy/proxy');
const nginx = await where('nginx').catch(() => undefined);

const bed = await testbed();
const bus = await bed.open();
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-proxy-'));
});
after(async () => {
  await bed.close();
  await rm(folder, { recursive: true, force: true });
});

/** The two hosts of the example. */
const places = [
  ['as a host of its own', 'studio.example.org', ''],
  ['below a path', 'www.example.org', '/studio'],
] as const;

test('the examples pass on what the studio asks of a proxy', async () => {
  const [conf, caddyfile] = await Promise.all([
    readFile(join(proxies, 'nginx.conf'), 'utf8'),
    readFile(join(proxies, 'Caddyfile'), 'utf8'),
  ]);
  const passes = conf.split('proxy_pass ').length - 1;
  for (const line of ['proxy_set_header Host $http_host;', 'proxy_set_header X-Forwarded-Proto $scheme;'])
    assert.equal(conf.split(line).length - 1, passes, line);
  assert.match(conf, /location \/studio\/ \{\s+proxy_pass http:\/\/127\.0\.0\.1:8420\/;/);
  assert.doesNotMatch(conf, /\$request[^_]/, 'the log has no token');
  assert.equal(caddyfile.split('reverse_proxy 127.0.0.1:8420').length - 1, 2);
  assert.match(caddyfile, /handle_path \/studio\/\*/);
  for (const [, host] of places) assert.ok(conf.includes(host) && caddyfile.includes(host));
});

describe('the studio behind nginx', { skip: nginx ? false : 'no nginx here', timeout: 180_000 }, () => {
  for (const [place, host, base] of places) {
    test(`${place}: who has the token comes in over TLS, another origin writes nothing, events come at once`, async (t) => {
      const { url } = await startStudio(t, bed.server.url);
      const port = await getPort();
      await startNginx(t, port, new URL(url).port);
      const ask = (path: string, options: Asked = {}) => asked(port, host, `${base}${path}`, options);
      await until(
        () =>
          ask('/healthz').then(
            ({ status }) => status === 200,
            () => false,
          ),
        'nginx answers',
      );
      assert.equal((await ask('/api/session')).status, 401);
      const entered = await ask(`/?token=${encodeURIComponent(TOKEN)}`);
      assert.equal(entered.status, 302);
      const at = new URL(entered.headers.location ?? '', `https://${host}:${port}${base}/`);
      assert.equal(at.href, `https://${host}:${port}${base}/`, 'it stays below the path');
      const cookie = entered.headers['set-cookie']?.[0] ?? '';
      assert.match(cookie, /Secure/);
      const own = { cookie: cookie.split(';')[0] ?? '' };
      assert.equal((await ask('/api/session', { headers: own })).status, 200);
      const write = (origin: string) =>
        ask('/api/session', {
          method: 'PUT',
          headers: { ...own, origin, 'content-type': 'application/json' },
          body: '{"user":"mika"}',
        });
      assert.equal((await write(`https://${host}:${port}`)).status, 200);
      assert.equal((await write('https://evil.example')).status, 403);
      const large = await ask('/api/decisions', {
        method: 'POST',
        headers: own,
        body: 'x'.repeat(3 * 2 ** 20),
      });
      assert.equal(large.status, 413);
      const told = nextEvent(port, host, `${base}/api/live`, own);
      await told.ready;
      await publishFound(bus, { clip: clipId(base ? 702 : 701), source: '/nowhere.mp4', frames: 10 });
      assert.match(await told.event, /"kind":"clip"/);
      const log = await readFile(join(folder, `${port}.log`), 'utf8');
      assert.ok(!log.includes('token='), log);
    });
  }
});

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

function opened(port: number, host: string, path: string, { method = 'GET', headers = {}, body }: Asked) {
  const options = { host: '127.0.0.1', port, servername: host, path, method, rejectUnauthorized: false };
  const asking = request({ ...options, agent: false, headers: { ...headers, host: `${host}:${port}` } });
  asking.end(body);
  return asking;
}

async function asked(port: number, host: string, path: string, options: Asked) {
  const [answer] = (await once(opened(port, host, path, options), 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  return { status: answer.statusCode, headers: answer.headers };
}

/** `ready` when the studio says that it listens; `event` is the first that comes then. */
function nextEvent(port: number, host: string, path: string, headers: Record<string, string>) {
  const ready = Promise.withResolvers<void>();
  const event = Promise.withResolvers<string>();
  const asking = opened(port, host, path, { headers });
  asking.on('response', (answer: IncomingMessage) => {
    let text = '';
    answer.on('data', (chunk: Buffer) => {
      text += chunk;
      if (text.includes('event: ready')) ready.resolve();
      const data = /^data: (\{.*\})$/m.exec(text)?.[1];
      if (!data) return;
      event.resolve(data);
      asking.destroy();
    });
    answer.on('error', () => {}); // it was left
  });
  asking.on('error', () => {});
  return { ready: ready.promise, event: event.promise };
}

/** The example with other ports and files. */
async function startNginx(context: TestContext, port: number, studio: string): Promise<void> {
  const [certificate, key] = [join(folder, 'tls.pem'), join(folder, 'tls.key')];
  const names = 'subjectAltName=DNS:studio.example.org,DNS:www.example.org';
  const made = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=test',
    '-addext',
    names,
  ];
  await promisify(execFile)('openssl', [...made, '-keyout', key, '-out', certificate]);
  const example = (await readFile(join(proxies, 'nginx.conf'), 'utf8'))
    .replaceAll('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replaceAll('127.0.0.1:8420', `127.0.0.1:${studio}`)
    .replaceAll('/etc/ssl/studio.pem', certificate)
    .replaceAll('/etc/ssl/studio.key', key)
    .replaceAll('/var/log/nginx/studio.log', join(folder, `${port}.log`));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  const config = join(folder, `${port}.conf`);
  const lines = ['daemon off;', `pid ${join(folder, `${port}.pid`)};`, 'error_log stderr;', 'events {}'];
  await writeFile(config, `${lines.join('\n')}\nhttp {\n${temporary.join('\n')}\n${example}\n}\n`);
  const child = spawn(nginx ?? '', ['-c', config, '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  context.after(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  });
}
