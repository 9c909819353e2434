/** What a classifier is trained on. */
import { contentId } from '../../../pipeline/runtime/content-id.ts';

/** A picture of one class. */
export interface ClassifierExample {
  /** For reports: the class and the file, e.g. `rose/1.jpg`. */
  readonly name: string;
  /** Place in the classes. */
  readonly label: number;
  /** How far it is trusted, 0..1; 1 where not given. */
  readonly weight?: number;
  readonly bytes: () => Promise<Uint8Array>;
}

/** Id of the pictures' digests and classes, whatever their order and names. */
export function classifierDatasetDigest(
  pictures: readonly { readonly digest: string; readonly label: number }[],
  classes: readonly string[],
): string {
  const lines = pictures.map(({ digest, label }) => `${digest} ${classes[label]}`).sort();
  return contentId(lines.join('\n'));
}
