import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { createLog } from '../../../../../pipeline/runtime/log/log.ts';
import { JoinedServer, joinOrClaim } from '../../../../../pipeline/runtime/supervisor/join.ts';
import { OwnedFolder, withOwnedFolder } from '../../../../../pipeline/runtime/supervisor/owned-folder.ts';

const home = await mkdtemp(join(tmpdir(), 'shika-owned-'));
after(() => rm(home, { recursive: true, force: true }));
const options = { log: createLog('test', 'fatal') };
const source = new URL('../../../../../pipeline/runtime/', import.meta.url).href;

/** A process that owns a folder until it is killed; with a child that inherits the server's lock where it is asked to. */
async function ownerProcess(
  folder: string,
  server = '',
): Promise<{ owner: ChildProcess; exited: Promise<void> }> {
  const script = `
    import { spawn } from 'node:child_process';
    import { createLog } from '${source}log/log.ts';
    import { OwnedFolder } from '${source}supervisor/owned-folder.ts';
    process.title = 'shika up';
    const owned = await OwnedFolder.claim(${JSON.stringify(folder)}, { log: createLog('test', 'fatal') });
    ${server && `spawn('sh', ['-c', ${JSON.stringify(server)}], { detached: true, stdio: ['ignore', 'ignore', 'ignore', owned.serverLock] });`}
    console.log('owned');
    process.stdin.resume().on('end', () => process.exit());`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = new Promise<void>((done) => owner.once('exit', () => done()));
  after(() => owner.kill('SIGKILL'));
  await new Promise((owned) => owner.stdout?.once('data', owned));
  return { owner, exited };
}

describe('owned folder', () => {
  test('a second claim is refused, naming command, pid and time of the first', async () => {
    const folder = join(home, 'second');
    const { owner } = await ownerProcess(folder);
    await assert.rejects(
      OwnedFolder.claim(folder, options),
      new RegExp(`second belongs to .shika up. \\(pid ${owner.pid}, since 2\\d{3}-`),
    );
    // By another way to the same place, too.
    await assert.rejects(OwnedFolder.claim(join(home, 'x', '..', 'second'), options), /belongs to/);
  });

  test('an owner that was killed with -9 leaves nothing that has to be cleared away', async () => {
    const folder = join(home, 'killed');
    const { owner, exited } = await ownerProcess(folder);
    owner.kill('SIGKILL');
    await exited;
    (await OwnedFolder.claim(folder, options)).release();
  });

  test('after an owner that was killed, its server is waited for: two never work on one store', async () => {
    const folder = join(home, 'dying');
    await mkdir(folder);
    const done = join(folder, 'server-is-gone');
    const { owner, exited } = await ownerProcess(folder, `sleep 0.7; : > '${done}'`);
    owner.kill('SIGKILL');
    await exited;
    const owned = await OwnedFolder.claim(folder, options);
    assert.ok(existsSync(done));
    owned.release();
  });

  test('of many that claim at once, exactly one gets it', async () => {
    const folder = join(home, 'many');
    const claims = await Promise.all(Array.from({ length: 8 }, () => OwnedFolder.tryClaim(folder, options)));
    const owners = claims.filter((claim) => claim !== null);
    assert.equal(owners.length, 1);
    owners[0]?.release();
  });

  test('one that is deleted and made anew is another one', async () => {
    const folder = join(home, 'deleted');
    const before = await OwnedFolder.claim(folder, options);
    await rm(folder, { recursive: true });
    const now = await OwnedFolder.claim(folder, options);
    await assert.rejects(OwnedFolder.claim(folder, options), /belongs to/);
    now.release();
    before.release();
  });

  test('emptied, it stays owned; left empty, it goes with the folders that were made for it', async () => {
    const folder = join(home, 'made', 'for', 'it');
    await mkdir(join(home, 'made'));
    await withOwnedFolder(folder, options, async (owned) => {
      await writeFile(join(folder, 'left'), '');
      assert.ok(owned.isUsed);
      owned.erase();
      assert.ok(!owned.isUsed);
      await assert.rejects(OwnedFolder.claim(folder, options), /belongs to/);
    });
    assert.deepEqual(await readdir(join(home, 'made')), []);
    await withOwnedFolder(folder, options, () => writeFile(join(folder, 'left'), ''));
    assert.ok(existsSync(join(folder, 'left')));
  });

  test('who only asks waits for an owner that shows no server yet, and owns the folder when that one is gone', async () => {
    const folder = join(home, 'asked');
    const { owner, exited } = await ownerProcess(folder);
    const asking = joinOrClaim(folder, { ...options, stages: [] });
    let owned = false;
    void asking.then(() => {
      owned = true;
    });
    await assert.rejects(OwnedFolder.claim(folder, options), /belongs to/);
    assert.ok(!owned);
    owner.kill('SIGKILL');
    await exited;
    const folderOrServer = await asking;
    assert.ok(!(folderOrServer instanceof JoinedServer));
    folderOrServer.release();
  });
});
