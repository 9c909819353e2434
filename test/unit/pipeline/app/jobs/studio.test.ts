import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { servedStudio, studioAddress, studioAnswers } from '../../../../../pipeline/app/jobs/studio.ts';
import { UsageError } from '../../../../../pipeline/runtime/errors.ts';
import { MARK_HEADER, markOf } from '../../../../../stages/filter/studio/session.ts';

const folder = await mkdtemp(join(tmpdir(), 'shika-studio-'));
after(() => rm(folder, { recursive: true, force: true }));

async function listening(context: { after(end: () => void): void }, answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  context.after(() => server.close());
  return (server.address() as AddressInfo).port; // TCP: it has a port
}

/** A job's folder that this process, or another, owns. */
async function ownedFolder(name: string, pid = process.pid): Promise<string> {
  const out = join(folder, name);
  mkdirSync(join(out, '.shika'), { recursive: true });
  const owner = { command: 'shika studio', pid, since: new Date().toISOString(), isBrief: false };
  await writeFile(join(out, '.shika/owner.lock'), JSON.stringify(owner));
  return out;
}

test('studio - its address is known to others for as long as it answers there', async (t) => {
  const out = await ownedFolder('served');
  assert.equal(await servedStudio(out), null, 'nobody serves it');
  let token = '';
  const port = await listening(t, (_, response) => response.setHeader(MARK_HEADER, markOf(token)).end());
  const { url } = await studioAddress({ out, port, host: '127.0.0.1' });
  token = new URL(url).searchParams.get('token') ?? '';
  assert.equal(await servedStudio(out), url);
  token = 'of another studio';
  assert.equal(await servedStudio(out), null, 'another studio is at its port');
  token = '';
  await ownedFolder('served', process.pid + 1);
  assert.equal(await servedStudio(out), null, 'an earlier owner left it');
});

test('studio - something else at its port is said, and not taken for it', async (t) => {
  const port = await listening(t, (request, response) => {
    assert.ok(!request.url?.includes('token') && !request.headers.authorization, 'it is not told the token');
    response.end();
  });
  const { url } = await studioAddress({ out: await ownedFolder('taken'), port, host: '127.0.0.1' });
  await assert.rejects(studioAnswers(url, new AbortController().signal), UsageError);
});
