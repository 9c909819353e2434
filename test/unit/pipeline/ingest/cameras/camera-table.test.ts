import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readCameraTable } from '../../../../../pipeline/ingest/cameras/camera-table.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-cameras-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function table(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const north = {
  name: 'north',
  latitude: 35.5,
  longitude: 139.25,
  timeZone: 'Asia/Tokyo',
  clockOffset: -60,
  setUp: '2024-05-01T09:00:00.000+09:00',
};

test('cameras table - CSV and YAML say the same', async () => {
  const csv = await table(
    'a.csv',
    'name,latitude,longitude,timeZone,clockOffset,setUp,pickUp\nnorth,35.5,139.25,Asia/Tokyo,-60,2024-05-01 09:00,\nsouth,,,,,,\n',
  );
  const yaml = await table(
    'a.yaml',
    '- {name: north, latitude: 35.5, longitude: 139.25, timeZone: Asia/Tokyo, clockOffset: -60, setUp: "2024-05-01 09:00"}\n- name: south\n',
  );
  for (const path of [csv, yaml]) {
    const cameras = await readCameraTable(path);
    assert.deepEqual(cameras.get('north'), north);
    assert.deepEqual(cameras.get('south'), { name: 'south' });
  }
});

test('cameras table - unknown columns, values out of bounds, half places and names twice are refused', async () => {
  const refused = async (content: string, why: RegExp) =>
    assert.rejects(readCameraTable(await table('b.csv', content)), why);
  await refused('name,lattitude\nnorth,1\n', /column that nobody knows.*lattitude/);
  await refused('name,latitude,longitude\nnorth,91,0\n', /camera 1 can't be used.*latitude/);
  await refused('name,latitude,longitude\nnorth,north,0\n', /camera 1 can't be used.*latitude/);
  await refused('name,latitude\nnorth,1\n', /half a place/);
  await refused('name,timeZone\nnorth,Tokio\n', /timeZone.*Tokio/);
  await refused('name,setUp\nnorth,spring\n', /setUp/);
  await refused('name\nnorth\nnorth\n', /north is there twice/);
  await assert.rejects(readCameraTable(await table('b.yaml', 'north: 1\n')), /no list of cameras/);
});
