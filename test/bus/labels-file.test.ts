/** `labels.csv` of a job's folder follows the bus, and loses nothing that the bus does not know. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { updateLabelsFile } from '../../pipeline/app/results/labels.ts';
import { readLabels, writeLabels } from '../../pipeline/domain/formats/labels-csv.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { UsageError } from '../../pipeline/runtime/errors.ts';
import { ClipArrived } from '../../schemas/clip-arrived.ts';
import { ClipTracked } from '../../schemas/clip-tracked.ts';
import { testbed } from './testbed.ts';

const bed = await testbed();
const bus = await bed.open();
const folder = await mkdtemp(join(tmpdir(), 'shika-labels-'));
after(async () => {
  await bed.close();
  await rm(folder, { recursive: true });
});

const known = '00000000000000aa';
const aged = '00000000000000bb';
const path = join(folder, 'labels.csv');
const rest = { frame: 3, track: 1, box: [1, 2, 30, 40], label: 'deer', cause: 'hand', score: null } as const;
const row = (clip: string) => ({ clip, file: 'a.mp4', ...rest, risk: 0, review: 'accepted' }) as const;

test('labels file - rows of clips whose events have aged, or that were imported, outlive every decision', async () => {
  const [arrived, tracked] = [ClipArrived.examples.valid, ClipTracked.examples.valid];
  const at = { camera: 'gate', clip: known };
  await bus.publish(outgoing(ClipArrived, at, { ...arrived, ...at }));
  await bus.publish(outgoing(ClipTracked, at, { ...tracked, ...at }));
  await writeLabels(path, [row(aged), row(known)]);
  await updateLabelsFile(bus, folder);
  // The bus knows the other clip and has no track of it, so that its row goes.
  assert.deepEqual((await readLabels(path)).labels, [row(aged)]);
});

test('labels file - one that can’t be read is left as it is', async () => {
  await writeFile(path, 'somebody’s own table\n1,2\n');
  await assert.rejects(updateLabelsFile(bus, folder), UsageError);
  assert.equal(await readFile(path, 'utf8'), 'somebody’s own table\n1,2\n');
});

test('labels file - one of which a row can’t be read is left as it is: writing it anew would lose the row', async () => {
  await writeLabels(path, [row(aged)]);
  const whole = `${await readFile(path, 'utf8')}${aged},a.mp4,not a frame,1,1,2,30,40,deer,hand,,0,accepted\n`;
  await writeFile(path, whole);
  await assert.rejects(updateLabelsFile(bus, folder), /left as it is/);
  assert.equal(await readFile(path, 'utf8'), whole);
});
