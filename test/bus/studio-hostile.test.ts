/** Requests that nobody sends by mistake: what they get, and that the studio answers others meanwhile. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, describe, test } from 'node:test';
import type { ApiError } from '../../stages/filter/studio/api.ts';
import { Person, publishFound, publishPicture, startStudio, TOKEN } from './studio-bed.ts';
import { clipId, testbed } from './testbed.ts';

const bed = await testbed();
const bus = await bed.open();
after(() => bed.close());

const MIB = 2 ** 20;

/** What a server answers to bytes that no client would send. */
function sent(url: string, head: string, body = ''): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(`${head}\r\n\r\n${body}`));
    let text = '';
    socket.on('data', (data) => {
      text += data;
    });
    socket.on('close', () => resolve(text));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      // The server has closed it while we were still sending.
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(text) : reject(error),
    );
  });
}

const get = (path: string, more = '') =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n${more}Connection: close`;

describe('studio, hostile requests', { timeout: 180_000 }, () => {
  test('no spelling of a path leads out of the page’s folder', async (t) => {
    const { url } = await startStudio(t, bed.server.url);
    const up = [
      '..',
      '%2e%2e',
      '%2E.',
      '.%2e',
      '%252e%252e',
      '....',
      '..;',
      '%c0%ae%c0%ae',
      '..%00',
      '..%5c',
    ];
    const paths = [
      ...up.flatMap((dots) => [`/${dots}/${dots}/stage.ts`, `/assets/${dots}/${dots}/${dots}/stage.ts`]),
      ...[
        '/..%2f..%2fstage.ts',
        '/%2fetc%2fpasswd',
        '//etc/passwd',
        '/%00',
        '/assets/%',
        '/\\..\\..\\stage.ts',
      ],
      'http://other.example/../../stage.ts',
    ];
    for (const path of paths) {
      const answer = await sent(url, get(path));
      assert.match(answer, /^HTTP\/1\.1 (400|404)/, path);
      assert.doesNotMatch(answer, /import|root:/, path);
    }
  });

  test('a path that is another address is no way to lead somebody away', async (t) => {
    const { url } = await startStudio(t, bed.server.url);
    for (const path of [
      '//evil.example/',
      '/https:evil.example',
      '/..//evil.example',
      '/x%0d%0aSet-Cookie:a=b',
    ]) {
      const answer = await sent(url, get(`${path}?token=${encodeURIComponent(TOKEN)}`));
      const location = /^location: (.*)$/im.exec(answer)?.[1]?.trim() ?? './';
      assert.equal(new URL(location, url).origin, url, path);
      assert.doesNotMatch(answer, /^set-cookie: a=b/im, path);
    }
  });

  test('names of JavaScript’s own, and values of any depth, are refused as anything else that is wrong', async (t) => {
    const clip = clipId(601);
    await publishFound(bus, { clip, source: '/nowhere.mp4', frames: 10 });
    await publishPicture(bus, clip, 0);
    const person = await Person.enter(await startStudio(t, bed.server.url), 'mika');
    const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    const bodies = [
      '{"__proto__":{"boxes":[],"version":0}}',
      '{"boxes":[],"version":0,"__proto__":{"by":"other"}}',
      '{"boxes":[],"version":0,"constructor":{"prototype":{"by":"other"}}}',
      `{"boxes":${deep(10_000)},"version":0}`,
      `{"boxes":[{"box":${deep(10_000)},"label":"deer"}],"version":0}`,
      deep(900_000),
      `{"boxes":[],"version":${'9'.repeat(400)}}`,
      `{"boxes":[{"box":[1e999,0,1,1],"label":"deer"}],"version":0}`,
      '{"boxes":[{"box":[0,0,1,1],"label":"../../x"}],"version":-1}',
    ];
    for (const body of bodies) {
      const answer = await person.request('PUT', `/api/drawn/${clip}/0`, body);
      assert.equal(answer.status, 400, body.slice(0, 60));
      assert.ok(((await answer.json()) as ApiError).error.length < 500);
    }
    assert.equal(({} as Record<string, unknown>).by, undefined);
    const runs = Array.from({ length: 9_999 }, () => ({
      clip: 'x',
      track: -1,
      from: -1,
      to: -1,
      version: -1,
    }));
    const many = await person.request('POST', '/api/decisions', { decision: 'accepted', runs });
    assert.equal(many.status, 400, 'ten thousand mistakes are one answer');
    assert.equal(
      (await person.request('PUT', `/api/drawn/${clip}/0`, { boxes: [], version: 0 })).status,
      200,
    );
  });

  test('a body that is too large is not read to its end, whether it says so or not; one without a token not at all', async (t) => {
    const { url } = await startStudio(t, bed.server.url);
    const post = (more: string) =>
      `POST /api/decisions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${more}`;
    const token = `Authorization: Bearer ${TOKEN}\r\n`;
    const announced = await sent(url, post(`${token}Content-Length: ${8 * 1024 * MIB}`), '{"a":"');
    assert.match(announced, /^HTTP\/1\.1 413/);
    const chunk = `${MIB.toString(16)}\r\n${'x'.repeat(MIB)}\r\n`;
    const streamed = await sent(url, post(`${token}Transfer-Encoding: chunked`), chunk.repeat(8));
    assert.match(streamed, /^HTTP\/1\.1 413|^$/);
    const nobody = await sent(url, post(`Content-Length: ${8 * 1024 * MIB}\r\nConnection: close`), '{"a":"');
    assert.match(nobody, /^HTTP\/1\.1 401/);
    assert.match(await sent(url, get('/api/session', `X: ${'x'.repeat(64 * 1024)}\r\n`)), /^HTTP\/1\.1 431/);
  });

  test('a hundred requests that are never sent to their end keep nobody out', async (t) => {
    const { url } = await startStudio(t, bed.server.url);
    const { hostname, port } = new URL(url);
    const slow = Array.from({ length: 100 }, (_, i) => {
      const socket = connect(Number(port), hostname, () => socket.write(get('/api/session').slice(0, 5 + i)));
      socket.on('error', () => {});
      return socket;
    });
    t.after(() => {
      for (const socket of slow) socket.destroy();
    });
    const person = await Person.enter({ url }, 'mika');
    assert.equal((await person.request('GET', '/api/session')).status, 200);
  });

  test('another Origin writes nothing, whatever the Host says; another Host gets nothing without the token', async (t) => {
    const { url } = await startStudio(t, bed.server.url);
    const { host } = new URL(url);
    const put = (more: string) =>
      sent(
        url,
        `PUT /api/session HTTP/1.1\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 15\r\nConnection: close\r\n${more}`,
        '{"user":"mika"}',
      );
    const status = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
    assert.equal(status(await put(`Host: ${host}\r\nOrigin: http://${host}`)), 200);
    assert.equal(status(await put(`Host: ${host}\r\nOrigin: https://evil.example`)), 403);
    assert.equal(status(await put(`Host: ${host}\r\nOrigin: http://${host}.evil.example`)), 403);
    assert.equal(status(await put(`Host: ${host}\r\nOrigin: http://${host}@evil.example`)), 403);
    assert.equal(status(await put(`Host: ${host}\r\nOrigin: null`)), 403);
    assert.equal(status(await put(`Host: ${host}\r\nOrigin: not an address`)), 403);
    const rebound = await fetch(`${url}/api/session`, { headers: { host: 'evil.example' } });
    assert.equal(rebound.status, 401);
  });

  test('two studios of one machine do not take each other’s cookie', async (t) => {
    const first = await startStudio(t, bed.server.url);
    const second = await startStudio(t, bed.server.url, { studioToken: `${TOKEN}, another` });
    const cookieOf = async (url: string, token: string) => {
      const entered = await fetch(`${url}/?token=${encodeURIComponent(token)}`, { redirect: 'manual' });
      return entered.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    };
    const cookie = [await cookieOf(first.url, TOKEN), await cookieOf(second.url, `${TOKEN}, another`)].join(
      '; ',
    );
    for (const { url } of [first, second])
      assert.equal((await fetch(`${url}/api/session`, { headers: { cookie } })).status, 200);
  });
});
