/**
 * Looks at every picture once before anything is learnt from it: one that can't be read is left out, one that is there
 * twice is kept once, and one that is there in two classes is left out altogether, since nobody knows which is true.
 */
import { createHash } from 'node:crypto';
import { resizeRegion, withImage } from '../../../pipeline/domain/vision/image.ts';
import { PoisonError, reasonOf } from '../../../pipeline/runtime/errors.ts';
import type { ClassifierExample } from './example.ts';
import { type Fingerprint, fingerprintOf, groupNearDuplicates, thumbnailSide } from './near-duplicates.ts';

/** An example that can be read. */
export interface InspectedExample extends ClassifierExample {
  /** SHA-256 of the file, hex. */
  readonly digest: string;
  readonly fingerprint: Fingerprint;
}

/** Why a picture is left out. */
export interface PictureProblem {
  readonly kind: 'unreadable' | 'duplicate' | 'conflict';
  /** The picture that is left out. */
  readonly name: string;
  readonly message: string;
}

/** What {@link inspectExamples} found. */
export interface Inspection {
  /** Can be read, and each is there once. */
  readonly usable: readonly InspectedExample[];
  readonly problems: readonly PictureProblem[];
}

/** Pictures that are decoded at once. */
const atOnce = 8;

/** @param onProgress told of pictures done and of how many; awaited */
export async function inspectExamples(
  examples: readonly ClassifierExample[],
  {
    signal,
    onProgress,
  }: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void | Promise<void> } = {},
): Promise<Inspection> {
  const readable: InspectedExample[] = [];
  const problems: PictureProblem[] = [];
  for (let first = 0; first < examples.length; first += atOnce) {
    signal?.throwIfAborted();
    for (const result of await Promise.all(examples.slice(first, first + atOnce).map(inspectExample))) {
      if ('kind' in result) problems.push(result);
      else readable.push(result);
    }
    await onProgress?.(Math.min(first + atOnce, examples.length), examples.length);
  }
  const leftOut = new Set<InspectedExample>();
  for (const group of groupNearDuplicates(readable)) {
    const isConflict = new Set(group.map(({ label }) => label)).size > 1;
    const [first, ...others] = group;
    for (const example of isConflict ? group : others) {
      leftOut.add(example);
      const rest = group.filter((other) => other !== example).map(({ name }) => name);
      const message = isConflict
        ? `the same picture is in another class: ${rest.join(', ')}`
        : `the same picture as ${first!.name}`;
      problems.push({ kind: isConflict ? 'conflict' : 'duplicate', name: example.name, message });
    }
  }
  return { usable: readable.filter((example) => !leftOut.has(example)), problems };
}

/** Pictures that are also among `others`: to learn from what one is scored on is to cheat. */
export function sharedWith(
  pictures: readonly InspectedExample[],
  others: readonly InspectedExample[],
): InspectedExample[] {
  const mine = new Set(pictures);
  return groupNearDuplicates([...pictures, ...others])
    .filter((group) => group.some((example) => !mine.has(example)))
    .flatMap((group) => group.filter((example) => mine.has(example)));
}

async function inspectExample(example: ClassifierExample): Promise<InspectedExample | PictureProblem> {
  try {
    const bytes = await example.bytes();
    const thumbnail = await withImage(bytes, 'the picture', (picture) => {
      const whole = [0, 0, picture.width, picture.height] as const;
      return resizeRegion(picture, whole, thumbnailSide, thumbnailSide);
    });
    const digest = createHash('sha256').update(bytes).digest('hex');
    return { ...example, digest, fingerprint: fingerprintOf(thumbnail.data) };
  } catch (error) {
    if (!(error instanceof PoisonError)) throw error; // e.g. a server that is gone: the picture may be good
    return { kind: 'unreadable', name: example.name, message: reasonOf(error) };
  }
}
