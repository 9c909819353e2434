/** What a classifier sees in pictures, without a bus. */
import { readFile } from 'node:fs/promises';
import { type BackendPreference, openBackend } from '../../domain/models/backend/backend.ts';
import { Classifier, type Prediction } from '../../domain/models/classifier/classifier.ts';
import { readModelFolder } from '../../domain/models/files.ts';
import { decodeImage } from '../../domain/vision/image.ts';
import { picturesAt } from '../../domain/vision/picture-files.ts';
import { reasonOf } from '../../runtime/errors.ts';

export interface ClassifiedPicture {
  /** Path. */
  readonly image: string;
  /** The likeliest first; left out where the picture can't be read. */
  readonly predictions?: readonly Prediction[];
  readonly failure?: string;
}

export interface ClassifyOptions {
  /** Folder of the classifier. */
  readonly model: string;
  /** Classes to name of each picture. */
  readonly top: number;
  readonly backend: BackendPreference;
  readonly signal: AbortSignal;
}

/**
 * @param paths of pictures, and of folders of pictures, which are searched inside
 * @throws PoisonError where the folder holds no classifier, UsageError where a path has no picture; the signal's reason
 * when aborted
 */
export async function classifyPictures(
  paths: readonly string[],
  { model, top, backend, signal }: ClassifyOptions,
): Promise<ClassifiedPicture[]> {
  const files: string[] = [];
  for (const path of paths) files.push(...(await picturesAt(path)));
  await openBackend(backend);
  const classifier = await Classifier.load(await readModelFolder(model));
  const results: ClassifiedPicture[] = [];
  try {
    for (const image of files) {
      signal.throwIfAborted();
      try {
        const [predictions = []] = await classifier.predict([
          await decodeImage(await readFile(image), image),
        ]);
        results.push({ image, predictions: predictions.slice(0, top) });
      } catch (error) {
        results.push({ image, failure: reasonOf(error) });
      }
    }
  } finally {
    classifier.dispose();
  }
  return results;
}
