/** What a clip's container or a still's EXIF says about when it was recorded, as it is written there. */
import { readFile } from 'node:fs/promises';
import exifReader from 'exif-reader';
import sharp from 'sharp';
import { reasonOf, UsageError } from '../../runtime/errors.ts';
import { defaultTimeoutS, openClip } from './video-open.ts';

/** In this order: Apple's has the zone in which the camera was, the others are UTC or say no zone. */
const containerTags = ['com.apple.quicktime.creationdate', 'creation_time', 'date_recorded', 'date'];

/**
 * The texts of the container's tags that may hold its time, the best first; none where it can't be opened.
 * @param path of a clip
 */
export async function containerTimes(path: string): Promise<string[]> {
  const clip = await openClip(path, defaultTimeoutS).catch(() => null);
  if (!clip) return [];
  try {
    const own = lowerCase(clip.format.metadata?.getAll() ?? {});
    const stream = lowerCase(clip.stream.metadata?.getAll() ?? {});
    return containerTags.flatMap((tag) => [own[tag], stream[tag]].filter((text) => text !== undefined));
  } finally {
    await clip.format.closeInput();
  }
}

function lowerCase(tags: Readonly<Record<string, string>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(tags).map(([name, text]) => [name.toLowerCase(), text]));
}

/**
 * EXIF's DateTimeOriginal, with OffsetTimeOriginal where it is there: `2024-05-12T06:30:15+09:00`.
 * @param path of a still
 * @returns undefined where it has none
 * @throws UsageError where the file can't be read
 */
export async function exifTime(path: string): Promise<string | undefined> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UsageError(`${path} can't be read`, { found: reasonOf(error), cause: error });
  });
  const { exif } = await sharp(bytes)
    .metadata()
    .catch(() => ({ exif: undefined }));
  if (!exif) return undefined;
  try {
    const { Photo, Image } = exifReader(exif);
    const times = [
      { time: Photo?.DateTimeOriginal, offset: Photo?.OffsetTimeOriginal },
      { time: Photo?.DateTimeDigitized, offset: Photo?.OffsetTimeDigitized },
      { time: Image?.DateTime, offset: Photo?.OffsetTime },
    ];
    const { time, offset = '' } = times.find(({ time }) => time !== undefined) ?? {};
    // exif-reader reads the wall time as if it were UTC's.
    if (!(time instanceof Date) || Number.isNaN(time.getTime())) return undefined;
    // Cameras that know no zone fill it with spaces.
    const zone = /^(Z|[+-]\d\d:\d\d)/.exec(String(offset).trim())?.[0] ?? '';
    return `${time.toISOString().slice(0, 19)}${zone}`;
  } catch {
    return undefined; // EXIF that can't be read says nothing
  }
}
