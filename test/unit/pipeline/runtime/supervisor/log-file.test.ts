import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LogFile } from '../../../../../pipeline/runtime/supervisor/log-file.ts';
import { mountSmallDisk, NO_SMALL_DISK } from '../../../../processes/small-disk.ts';

const folder = await mkdtemp(join(tmpdir(), 'shika-log-'));
after(() => rm(folder, { recursive: true, force: true }));
const bytes = (text: string) => new TextEncoder().encode(text);

test('log file - what can’t be written is lost and counted, and what comes when there is room is there', async (t) => {
  const disk = mountSmallDisk(join(folder, 'disk'), 1);
  if (!disk) return t.skip(NO_SMALL_DISK);
  t.after(() => disk.unmount());
  const path = join(disk.folder, 'detector.log');
  const log = new LogFile(path);
  log.write(bytes('before\n'));
  disk.fill();
  const lost = `${'x'.repeat(9_999)}\n`; // more than is left of the last page
  log.write(bytes(lost));
  disk.makeRoom();
  log.write(bytes('after\n'));
  log.close();
  assert.match(
    await readFile(path, 'utf8'),
    /^before\nx*\n?\(10000 bytes of this log could not be written\)\nafter\n$/,
  );
});

test('log file - a folder that is not there harms nobody', () => {
  const log = new LogFile(join(folder, 'nowhere', 'detector.log'));
  log.write(bytes('x'));
  log.close();
});

test('log file - one that has grown makes room for a new one, and the oldest goes', async () => {
  const path = join(folder, 'tracker.log');
  const size = { most: 20, files: 3 };
  for (const [from, to] of [
    [0, 3],
    [3, 8], // by another process, later
  ] as const) {
    const log = new LogFile(path, size);
    for (let line = from; line < to; line++) log.write(bytes(`line ${line} ..\n`));
    log.close();
  }
  const lines = async (name: string) => (await readFile(name, 'utf8')).match(/\d/g)?.join('');
  assert.equal(await lines(path), '67');
  assert.equal(await lines(`${path}.1`), '45');
  assert.equal(await lines(`${path}.2`), '23');
  await assert.rejects(readFile(`${path}.3`));
});
