/** The cameras table of the configuration: where each camera stands, how its clock goes, and when it was there. */
import { readFile } from 'node:fs/promises';
import Type, { type Static } from 'typebox';
import { Errors } from 'typebox/value';
import { parse } from 'yaml';
import { CameraId } from '../../../schemas/terms.ts';
import { readTable } from '../../domain/formats/csv.ts';
import { reasonOf, UsageError } from '../../runtime/errors.ts';
import { cameraTime } from '../time/recorded-at.ts';

const Time = Type.String({ minLength: 10, description: 'ISO 8601; in the camera’s zone where it says none' });

/** A row of the table; `name` is the folder's or the stream's. */
export const CameraRow = Type.Object(
  {
    name: CameraId,
    latitude: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
    longitude: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
    timeZone: Type.Optional(Type.String({ description: 'IANA name, e.g. Asia/Tokyo' })),
    clockOffset: Type.Optional(
      Type.Number({ minimum: -4e9, maximum: 4e9, description: 'Seconds that are added to its times' }),
    ),
    setUp: Type.Optional(Time),
    pickUp: Type.Optional(Time),
  },
  { additionalProperties: false },
);
export type CameraRow = Static<typeof CameraRow>;

const columns = Object.keys(CameraRow.properties);
const numbers = new Set(['latitude', 'longitude', 'clockOffset']);

/**
 * @param path of a CSV file with a header, or of a YAML file with a list of rows
 * @returns the rows by name
 * @throws UsageError naming the row and what is wrong: a column that nobody knows, a value out of bounds, a name twice
 */
export async function readCameraTable(path: string): Promise<ReadonlyMap<string, CameraRow>> {
  const rows = /\.ya?ml$/i.test(path) ? await yamlRows(path) : await csvRows(path);
  const cameras = new Map<string, CameraRow>();
  for (const [i, row] of rows.entries()) {
    const camera = checked(row, `${path}: camera ${i + 1}`);
    if (cameras.has(camera.name)) throw new UsageError(`${path}: camera ${camera.name} is there twice`);
    cameras.set(camera.name, camera);
  }
  return cameras;
}

async function csvRows(path: string): Promise<unknown[]> {
  const table = await readTable(path, ['name']);
  const known = new Map(columns.map((column) => [column.toLowerCase(), column]));
  const unknown = table.columns.find((column) => !known.has(column));
  if (unknown !== undefined) {
    throw new UsageError(`${path} has a column that nobody knows`, {
      found: `"${unknown}"`,
      expected: columns.join(', '),
    });
  }
  return table.rows.map(({ cells }) =>
    Object.fromEntries(
      Object.entries(cells)
        .filter(([, text]) => text !== undefined && text !== '')
        .map(([column, text = '']) => {
          const name = known.get(column) ?? column;
          return [name, numbers.has(name) && Number.isFinite(Number(text)) ? Number(text) : text];
        }),
    ),
  );
}

async function yamlRows(path: string): Promise<unknown[]> {
  let value: unknown;
  try {
    value = parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`${path} can't be read`, { found: reasonOf(error), expected: 'YAML', cause: error });
  }
  if (Array.isArray(value)) return value;
  throw new UsageError(`${path} is no list of cameras`, { expected: '- name: …, one a camera' });
}

function checked(row: unknown, where: string): CameraRow {
  const error = Errors(CameraRow, row)[0];
  if (error) {
    throw new UsageError(`${where} can't be used`, {
      found: `${error.instancePath.slice(1) || 'the row'} ${error.message}: ${JSON.stringify(row)}`,
      expected: columns.join(', '),
    });
  }
  const camera = row as CameraRow; // Errors() found nothing: it is of this shape
  if ((camera.latitude === undefined) !== (camera.longitude === undefined)) {
    throw new UsageError(`${where} has half a place`, { expected: 'latitude and longitude' });
  }
  if (camera.timeZone !== undefined && !isTimeZone(camera.timeZone)) {
    throw new UsageError(`${where}: timeZone`, {
      found: camera.timeZone,
      expected: 'an IANA name, e.g. Asia/Tokyo',
    });
  }
  const { timeZone, setUp, pickUp } = camera;
  return {
    ...camera,
    ...(setUp !== undefined && { setUp: tableTime(setUp, timeZone, `${where}: setUp`) }),
    ...(pickUp !== undefined && { pickUp: tableTime(pickUp, timeZone, `${where}: pickUp`) }),
  };
}

function tableTime(text: string, timeZone: string | undefined, where: string): string {
  const time = cameraTime(text.length === 10 ? `${text}T00:00` : text, { timeZone, now: Infinity });
  if (time !== undefined) return time;
  throw new UsageError(where, { found: text, expected: 'a time, e.g. 2024-05-12 06:30' });
}

export function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
