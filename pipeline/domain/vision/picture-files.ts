/** Pictures as a person names them: files, and folders of files. */
import { reasonOf, UsageError } from '../../runtime/errors.ts';
import { entryAt, walkFolder } from '../../runtime/walk-folder.ts';

/** Also those that we can't read: they are named, not passed over. */
const pictureName =
  /\.(jpe?g|jpe|jfif|png|webp|tiff?|gif|avif|bmp|dib|heic|heif|jp2|j2k|jxl|pgm|ppm|dng|cr2|nef|arw)$/i;

/** Whether a file is called like a picture. */
export function isPictureName(name: string): boolean {
  return pictureName.test(name);
}

/**
 * A file that is named itself, whatever it is called; of a folder and of those in it, the files that are called like
 * pictures, in the order of their names.
 * @throws UsageError where nothing is there, or no picture
 */
export async function picturesAt(path: string): Promise<string[]> {
  const { kind, what } = await entryAt(path);
  if (kind === 'file') return [path];
  if (kind !== 'folder') throw new UsageError(`${path} can’t be read`, { found: what ?? 'no file' });
  const files: string[] = [];
  try {
    for await (const entry of walkFolder(path)) {
      if (entry.kind === 'file' && isPictureName(entry.path)) files.push(entry.path);
    }
  } catch (error) {
    throw new UsageError(`${path} can’t be read`, { found: reasonOf(error), cause: error });
  }
  if (files.length === 0) throw new UsageError(`${path} has no pictures`);
  return files;
}
