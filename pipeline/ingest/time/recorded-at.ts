/** When a clip was recorded, and how that is known. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { TZDate } from '@date-fns/tz';
import type { RecordedAt } from '../../../schemas/terms.ts';
import { containerTimes, exifTime } from '../../domain/vision/recorded-tags.ts';
import { isTime, timeInName } from './name-time.ts';

/** How a camera's clock is read. */
export interface CameraClock {
  /** IANA name of the zone that its times without one are in, e.g. `Asia/Tokyo`; this machine's where left out. */
  readonly timeZone?: string | undefined;
  /** Seconds that are added to its times, e.g. -3600 where its clock was an hour fast. */
  readonly clockOffset?: number | undefined;
}

export interface RecordedAtOptions extends CameraClock {
  /** Own patterns of file names, tried before the usual ones. */
  readonly namePatterns?: readonly RegExp[];
  /** Milliseconds since 1970; what is later than a day from now is implausible. */
  readonly now?: number;
}

const STILL = /\.(jpe?g|jfif|png|tiff?|webp)$/i;
/** A clock that lost its power begins in 1904, 1970 or on the first day of 2000. */
const EARLIEST = Date.UTC(2000, 0, 2);
/** Zones that are not known, and clocks that are a little fast. */
const AHEAD_MS = 86_400_000;

/**
 * By container or EXIF, the name, then the file's own time; implausible times are passed over.
 * @param path of a clip or a still
 * @returns undefined where not even the file's own time is plausible
 */
export async function recordedAt(
  path: string,
  options: RecordedAtOptions = {},
): Promise<RecordedAt | undefined> {
  const isStill = STILL.test(path);
  const named = timeInName(basename(path), options.namePatterns);
  const sources: readonly (readonly [
    RecordedAt['source'],
    () => Promise<readonly (string | undefined)[]>,
  ])[] = [
    isStill
      ? ['exif', async () => [await exifTime(path)]]
      : ['container', async () => (await containerTimes(path)).map((text) => localIfNamed(text, named))],
    ['name', async () => [named]],
    ['file', async () => [new Date((await stat(path)).mtimeMs).toISOString()]],
  ];
  for (const [source, read] of sources) {
    for (const text of await read()) {
      const time = text === undefined ? undefined : cameraTime(text, options);
      if (time !== undefined) return { time, source };
    }
  }
  return undefined;
}

/** A clip's header may be written when the clip ends. */
const SAME_CLOCK_MS = 600_000;

/**
 * Many cameras write their local time where the container wants UTC: they do where the name has the same time, and does
 * not say that it is UTC.
 */
function localIfNamed(text: string, named: string | undefined): string {
  if (named === undefined || !/\dZ$/.test(text) || /(Z|\+[\d:]+)$/.test(named)) return text;
  const apart = Math.abs(Date.parse(text) - Date.parse(`${named}Z`));
  return apart <= SAME_CLOCK_MS ? text.replace(/Z$/, '') : text;
}

/**
 * A text's time by the camera's clock, ISO 8601 in the camera's zone; undefined where it is none or implausible.
 * @param text ISO 8601 with a zone or without one
 */
export function cameraTime(text: string, options: RecordedAtOptions = {}): string | undefined {
  const { timeZone, clockOffset = 0, now = Date.now() } = options;
  const written = writtenTime(text, timeZone);
  if (written === undefined) return undefined;
  const time = written + clockOffset * 1000;
  if (time < EARLIEST || time > now + AHEAD_MS) return undefined;
  return inZone(time, timeZone);
}

/** `2024-05-12T06:30:15`, with a fraction and a zone (`Z`, `+0900`, `+09:00`) where it has them. */
const iso =
  /^(\d{4})[-:](\d\d)[-:](\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(Z|UTC|[+-]\d\d:?\d\d)?$/;

function writtenTime(text: string, timeZone: string | undefined): number | undefined {
  const found = iso.exec(text.trim());
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second = '00', fraction = '', zone] = found;
  const wall = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}`;
  if (!isTime(wall.slice(0, 19))) return undefined;
  if (zone !== undefined) {
    return Date.parse(`${wall}${/^[ZU]/.test(zone) ? 'Z' : zone.replace(/(\d\d):?(\d\d)$/, '$1:$2')}`);
  }
  const parts = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, m = 1, d = 1, h = 0, min = 0, s = 0] = parts;
  return new TZDate(
    y,
    m - 1,
    d,
    h,
    min,
    s,
    Number(fraction.slice(0, 3).padEnd(3, '0')),
    zoneName(timeZone),
  ).getTime();
}

function zoneName(timeZone: string | undefined): string {
  return timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** `2024-05-12T06:30:15.000+09:00` */
function inZone(time: number, timeZone: string | undefined): string {
  return new TZDate(time, zoneName(timeZone)).toISOString();
}
