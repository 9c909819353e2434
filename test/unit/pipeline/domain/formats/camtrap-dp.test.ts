/**
 * Camtrap DP 1.0 as its profile and table schemas have it: fields in order, what each must hold, keys that join. The
 * constraints are written down here anew. https://camtrap-dp.tdwg.org/data/
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { type TObject, Type } from 'typebox';
import { Value } from 'typebox/value';
import { exportLabels } from '../../../../../pipeline/domain/formats/export/index.ts';
import type { ClipFacts, LabelRow } from '../../../../../pipeline/domain/formats/label-row.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-camtrap-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const text = Type.String({ minLength: 1 });
const time = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(Z|[+-]\\d\\d:\\d\\d)$' });
const bool = Type.Boolean();
const from = (minimum: number, maximum?: number) =>
  Type.Number({ minimum, ...(maximum === undefined ? {} : { maximum }) });
const whole = (minimum: number, maximum = Number.MAX_SAFE_INTEGER) => Type.Integer({ minimum, maximum });
const one = (...values: readonly string[]) => Type.Union(values.map((value) => Type.Literal(value)));
const may = Type.Optional;

const tables: Readonly<Record<string, TObject>> = {
  deployments: Type.Object({
    deploymentID: text,
    locationID: may(text),
    locationName: may(text),
    latitude: from(-90, 90),
    longitude: from(-180, 180),
    coordinateUncertainty: may(whole(1)),
    deploymentStart: time,
    deploymentEnd: time,
    setupBy: may(text),
    cameraID: may(text),
    cameraModel: may(text),
    cameraDelay: may(whole(0)),
    cameraHeight: may(from(0)),
    cameraDepth: may(from(0)),
    cameraTilt: may(whole(-90, 90)),
    cameraHeading: may(whole(0, 360)),
    detectionDistance: may(from(0)),
    timestampIssues: may(bool),
    baitUse: may(bool),
    featureType: may(text),
    habitat: may(text),
    deploymentGroups: may(text),
    deploymentTags: may(text),
    deploymentComments: may(text),
  }),
  media: Type.Object({
    mediaID: text,
    deploymentID: text,
    captureMethod: may(one('activityDetection', 'timeLapse')),
    timestamp: time,
    filePath: Type.String({ pattern: '^(?=^[^./~])(^((?!\\.{2}).)*$).*$' }),
    filePublic: bool,
    fileName: may(text),
    fileMediatype: Type.String({ pattern: '^(image|video|audio)/.*$' }),
    exifData: may(text),
    favorite: may(bool),
    mediaComments: may(text),
  }),
  observations: Type.Object({
    observationID: text,
    deploymentID: text,
    mediaID: may(text),
    eventID: may(text),
    eventStart: time,
    eventEnd: time,
    observationLevel: one('media', 'event'),
    observationType: one('animal', 'human', 'vehicle', 'blank', 'unknown', 'unclassified'),
    cameraSetupType: may(one('setup', 'calibration')),
    scientificName: may(text),
    count: may(whole(1)),
    lifeStage: may(one('adult', 'subadult', 'juvenile')),
    sex: may(one('female', 'male')),
    behavior: may(text),
    individualID: may(text),
    individualPositionRadius: may(from(0)),
    individualPositionAngle: may(from(-90, 90)),
    individualSpeed: may(from(0)),
    bboxX: may(from(0, 1)),
    bboxY: may(from(0, 1)),
    bboxWidth: may(from(1e-15, 1)),
    bboxHeight: may(from(1e-15, 1)),
    classificationMethod: may(one('human', 'machine')),
    classifiedBy: may(text),
    classificationTimestamp: may(time),
    classificationProbability: may(from(0, 1)),
    observationTags: may(text),
    observationComments: may(text),
  }),
};

const describedPackage = Type.Object({
  profile: Type.String({ pattern: '^https://.*/1\\.0.*camtrap-dp-profile\\.json$' }),
  name: Type.String({ pattern: '^[a-z0-9._/-]+$' }),
  created: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT.*Z$' }),
  contributors: Type.Array(
    Type.Object({
      title: text,
      role: one('contact', 'principalInvestigator', 'rightsHolder', 'publisher', 'contributor'),
    }),
    { minItems: 1 },
  ),
  project: Type.Object({
    title: text,
    samplingDesign: one(
      'simpleRandom',
      'systematicRandom',
      'clusteredRandom',
      'experimental',
      'targeted',
      'opportunistic',
    ),
    captureMethod: Type.Array(one('activityDetection', 'timeLapse'), { minItems: 1, uniqueItems: true }),
    individualAnimals: bool,
    observationLevel: Type.Array(one('media', 'event')),
  }),
  spatial: Type.Object({
    type: Type.Literal('MultiPoint'),
    coordinates: Type.Array(Type.Tuple([from(-180, 180), from(-90, 90)])),
  }),
  temporal: Type.Object({
    start: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d$' }),
    end: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d$' }),
  }),
  taxonomic: Type.Array(Type.Object({ scientificName: text })),
  resources: Type.Array(
    Type.Object({
      name: one('deployments', 'media', 'observations'),
      path: text,
      profile: Type.Literal('tabular-data-resource'),
      schema: Type.String({ pattern: '1\\.0' }),
    }),
    { minItems: 3 },
  ),
});

const gate: ClipFacts = {
  ...{
    clip: '0123456789abcdef',
    file: 'IMG_0001.mp4',
    camera: 'north',
    width: 320,
    height: 240,
    fps: 25,
    frames: 20,
  },
  recordedAt: '2024-05-12T06:30:15.000+09:00',
  timeSource: 'container',
  place: { latitude: 35.1, longitude: 135.2 },
};
const clips: readonly ClipFacts[] = [
  gate,
  {
    ...gate,
    clip: 'fedcba9876543210',
    camera: 'south',
    place: { latitude: -35, longitude: -179.99 },
    timeSource: 'file',
  },
  { ...gate, clip: '00000000deadbeef', file: '~empty ..clip.avi', frames: 1 },
  { ...gate, clip: '1111111111111111', file: 'rate-varies.mov', recordedAt: '2024-05-13T06:30:15Z' },
];

function row(clip: number, frame: number, changes: Partial<LabelRow> = {}): LabelRow {
  const { clip: id, file } = clips[clip]!; // one of four
  const box = [10.123, 20.456, 30.789, 40.111] as const;
  const known = {
    track: 1,
    box,
    label: 'deer',
    cause: 'detected',
    score: 0.8,
    risk: 0.1,
    review: null,
  } as const;
  return { clip: id, file, frame, ...known, ...changes };
}

const labels = [
  row(0, 0),
  row(0, 1),
  row(0, 1, { track: 2, label: 'fox', cause: 'moved', score: null, review: 'accepted', byPerson: true }),
  row(0, 2, { track: 3, box: [319.99999, 100, 5, 20] }),
  row(0, 3, { track: 4, box: [-3, -3, 13.5, 20], cause: 'hand', score: null }),
  row(1, 0, { label: 'person', score: 1 }),
  row(3, 1, { seconds: 0.04, label: 'vehicle' }),
  row(3, 2, { seconds: 90, label: 'vehicle' }),
];

type Cells = Readonly<Record<string, string | number | boolean>>;

/** A cell is what its field says; an empty one is none. */
function typed(cells: Readonly<Record<string, string>>, { properties }: TObject): Cells {
  const typedCells: Record<string, string | number | boolean> = {};
  for (const [name, cell] of Object.entries(cells)) {
    const field = properties[name];
    if (cell === '' || field === undefined) continue;
    if (Type.IsNumber(field) || Type.IsInteger(field)) typedCells[name] = Number(cell);
    else typedCells[name] = Type.IsBoolean(field) && /^(true|false)$/.test(cell) ? cell === 'true' : cell;
  }
  return typedCells;
}

test('camtrap dp - is as the profile and the table schemas want it', async () => {
  const path = join(folder, 'package');
  await exportLabels('camtrap-dp', { labels, clips, taxa: { deer: 'Cervus nippon' } }, path);
  const description: unknown = JSON.parse(await readFile(join(path, 'datapackage.json'), 'utf8'));
  assert.deepEqual([...Value.Errors(describedPackage, description)], []);
  const read = new Map<string, Cells[]>();
  for (const [name, schema] of Object.entries(tables)) {
    const content = await readFile(join(path, `${name}.csv`), 'utf8');
    const [header = [], ...lines]: string[][] = parse(content);
    assert.deepEqual(header, Object.keys(schema.properties), name);
    const rows = lines.map((line) =>
      typed(Object.fromEntries(line.map((cell, i) => [header[i] ?? '', cell])), schema),
    );
    for (const cells of rows) assert.deepEqual([...Value.Errors(schema, cells)], [], JSON.stringify(cells));
    read.set(name, rows);
  }
  const keys = (table: string, column: string) =>
    (read.get(table) ?? []).flatMap((cells) => cells[column] ?? []);
  for (const [table, column] of [
    ['deployments', 'deploymentID'],
    ['media', 'mediaID'],
    ['observations', 'observationID'],
  ] as const)
    assert.equal(new Set(keys(table, column)).size, keys(table, column).length, `${column} is unique`);
  for (const [table, column, of] of [
    ['media', 'deploymentID', 'deployments'],
    ['observations', 'deploymentID', 'deployments'],
    ['observations', 'mediaID', 'media'],
  ] as const)
    for (const key of keys(table, column))
      assert.ok(keys(of, column).includes(key), `${table}.${column} ${key}`);
});

test('camtrap dp - no observation lies outside of its deployment, also where the rate varies', async () => {
  const path = join(folder, 'times');
  await exportLabels('camtrap-dp', { labels, clips }, path);
  const rows = async (name: string): Promise<Record<string, string>[]> =>
    parse(await readFile(join(path, name), 'utf8'), { columns: true });
  const stays = new Map((await rows('deployments.csv')).map((row) => [row.deploymentID, row]));
  for (const { deploymentID, eventStart = '', eventEnd = '' } of await rows('observations.csv')) {
    const { deploymentStart = '', deploymentEnd = '' } = stays.get(deploymentID) ?? {};
    assert.ok(
      deploymentStart <= eventStart && eventStart <= eventEnd && eventEnd <= deploymentEnd,
      `${eventEnd} ${deploymentEnd}`,
    );
  }
});
