/** A job's folder has one owner: real commands on one folder, their server killed, themselves killed. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { writeHandFolder } from '../fixtures/hand-folder.ts';
import { serversOf } from '../processes/process-list.ts';
import { type Ran, type Running, shika, start } from '../processes/shika.ts';
import { until } from '../processes/until.ts';
import { untilPrinted } from '../processes/until-printed.ts';

const folder = await mkdtemp(join(tmpdir(), 'shika-owner-'));
after(() => rm(folder, { recursive: true, force: true }));

/** `shika up` with a server and no stages: what is tested here is who starts and finds the server. */
async function up(out: string): Promise<Running> {
  const running = start(['up', '--no-stages', '--out', out]);
  await untilPrinted(running, /"msg":"up"/);
  return running;
}

async function stop({ child, ended }: Running): Promise<Ran> {
  child.kill('SIGINT');
  return ended;
}

test('owner - whatever else would start something in the folder is refused at once, naming it', {
  timeout: 600_000,
}, async (t) => {
  const out = join(folder, 'refused');
  const first = await up(out);
  t.after(() => first.child.kill('SIGKILL'));
  const config = await readFile(join(out, '.shika/nats/nats.conf'), 'utf8');
  const hand = await writeHandFolder(join(folder, 'hand'), 2);
  const commands = [
    ['up', '--no-stages'],
    ['run', 'no-clip.mp4', '--hand', hand],
    ['studio', '--no-open'],
    ['demo'],
  ];
  for (const { code, stderr } of await Promise.all(
    commands.map((words) => shika([...words, '--out', out])),
  )) {
    assert.equal(code, 2, stderr);
    assert.match(stderr, new RegExp(`refused/.shika belongs to .shika up. \\(pid ${first.child.pid}, since`));
  }
  assert.equal(serversOf(out).length, 1);
  assert.equal(await readFile(join(out, '.shika/nats/nats.conf'), 'utf8'), config);
  assert.equal((await stop(first)).code, 0);
});

test('owner - commands that ask find its server again and again while that is killed, and start none', {
  timeout: 600_000,
}, async (t) => {
  const out = join(folder, 'asked');
  const first = await up(out);
  t.after(() => first.child.kill('SIGKILL'));
  const files = ['.shika/nats/nats.conf', '.shika/address.json'];
  const contents = () => Promise.all(files.map((file) => readFile(join(out, file), 'utf8')));
  const before = await contents();
  const commands = [['status'], ['models', 'list'], ['review', 'list']];
  for (const command of commands) {
    await until(() => serversOf(out).length === 1, 'the server runs');
    for (const { pid } of serversOf(out)) process.kill(pid, 'SIGKILL');
    const { code, stderr } = await shika([...command, '--out', out]);
    assert.equal(code, 0, `${command}: ${stderr}`);
    assert.ok(serversOf(out).length <= 1, 'one server at most');
    assert.deepEqual(await contents(), before);
  }
  assert.equal((await stop(first)).code, 0);
});

test('owner - after kill -9 the next one starts at once', { timeout: 600_000 }, async (t) => {
  const out = join(folder, 'killed');
  const first = await up(out);
  first.child.kill('SIGKILL');
  const second = await up(out);
  t.after(() => second.child.kill('SIGKILL'));
  assert.equal(serversOf(out).length, 1);
  assert.equal((await stop(second)).code, 0);
});

test('owner - of two that start in the same instant one is refused, naming the other', {
  timeout: 600_000,
}, async (t) => {
  const out = join(folder, 'instant');
  const command = ['up', '--no-stages', '--out', out];
  const both = [start(command), start(command)] as const;
  t.after(() => {
    for (const { child } of both) child.kill('SIGKILL');
  });
  const [refused, owner] = await Promise.race([
    both[0].ended.then((ran) => [ran, both[1]] as const),
    both[1].ended.then((ran) => [ran, both[0]] as const),
  ]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, new RegExp(`belongs to .shika up. \\(pid ${owner.child.pid}, since`));
  await until(() => serversOf(out).length === 1, 'the owner’s server runs');
  assert.equal((await stop(owner)).code, 0);
});

test('owner - none: commands that ask at once share one server, and each gets its answer', {
  timeout: 600_000,
}, async () => {
  const out = join(folder, 'shared');
  assert.equal((await stop(await up(out))).code, 0);
  const commands = [['status'], ['models', 'list'], ['dead', 'list']];
  const asked = await Promise.all(commands.map((command) => shika([...command, '--out', out])));
  assert.deepEqual(
    asked.map(({ code, stderr }) => ({ code, stderr })),
    asked.map(() => ({ code: 0, stderr: '' })),
  );
  assert.deepEqual(serversOf(out), []);
});
