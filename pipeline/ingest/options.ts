/** The configuration's section `cameras`, and what it says. */
import Type, { type Static } from 'typebox';
import { FatalError } from '../runtime/errors.ts';
import { type CameraRow, isTimeZone, readCameraTable } from './cameras/camera-table.ts';
import { namePattern } from './time/name-time.ts';
import type { RecordedAtOptions } from './time/recorded-at.ts';

export const CamerasOptions = Type.Object(
  {
    file: Type.String({
      default: '',
      description:
        'Table of cameras, CSV or YAML: name, latitude, longitude, timeZone, clockOffset (s), setUp, pickUp',
    }),
    timeZone: Type.String({
      default: '',
      description: 'IANA zone of times without one, where the table says none; empty: this machine’s',
    }),
    namePatterns: Type.String({
      default: '',
      description:
        'How file names hold their time, besides the usual ways: `TRAP-DDMMYYYY-hhmmss`, parted by `|`',
    }),
  },
  { additionalProperties: false },
);
export type CamerasOptions = Static<typeof CamerasOptions>;

/** The cameras that are known, and how their clocks are read. */
export interface CameraKnowledge {
  readonly cameras: ReadonlyMap<string, CameraRow>;
  /** How a camera's times are read. */
  clockOf(camera: string): RecordedAtOptions;
}

/**
 * @throws FatalError where a key is wrong; UsageError where the table is
 */
export async function readCameraKnowledge(options: CamerasOptions): Promise<CameraKnowledge> {
  const { file, timeZone, namePatterns: texts } = options;
  if (timeZone !== '' && !isTimeZone(timeZone)) {
    throw new FatalError('configuration key cameras.timeZone', {
      found: timeZone,
      expected: 'an IANA name, e.g. Asia/Tokyo',
    });
  }
  const namePatterns = texts
    .split('|')
    .filter((text) => text.trim() !== '')
    .map((text) => {
      const pattern = namePattern(text.trim());
      if (pattern) return pattern;
      throw new FatalError('configuration key cameras.namePatterns', {
        found: text,
        expected: 'YYYY (or YY), MM, DD, hh and mm, each once, e.g. TRAP-DDMMYYYY-hhmmss',
      });
    });
  const cameras = file === '' ? new Map<string, CameraRow>() : await readCameraTable(file);
  return {
    cameras,
    clockOf(camera) {
      const row = cameras.get(camera);
      return {
        timeZone: row?.timeZone ?? (timeZone || undefined),
        clockOffset: row?.clockOffset,
        namePatterns,
      };
    },
  };
}
