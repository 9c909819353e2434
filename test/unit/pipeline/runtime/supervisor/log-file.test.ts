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
