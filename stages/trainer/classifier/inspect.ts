/**
 * Looks at every picture once before anything is learnt from it: one that can't be read is left out, one that is there
 * twice is kept once, and one that is there in two classes is left out altogether, since nobody knows which is true.
 */
import { createHash } from 'node:crypto';
import { decodeImage, resizeRegion } from '../../../pipeline/domain/vision/image.ts';
import { PoisonError, reasonOf } from '../../../pipeline/runtime/errors.ts';
import type { ClassifierExample } from './example.ts';
import { type Fingerprint, fingerprintOf, groupNearDuplicates, thumbnailSide } from './near-duplicates.ts';

export interface InspectedExample extends ClassifierExample {
  /** SHA-256 of the file, hex. */
  readonly digest: string;
  readonly fingerprint: Fingerprint;
}

export interface PictureProblem {
  readonly kind: 'unreadable' | 'duplicate' | 'conflict';
  /** The picture that is left out. */
  readonly name: string;
  readonly message: string;
}

export interface Inspection {
  readonly kept: readonly InspectedExample[];
  readonly problems: readonly PictureProblem[];
}

/** Pictures that are decoded at once. */
const width = 8;

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
  for (let first = 0; first < examples.length; first += width) {
    signal?.throwIfAborted();
    for (const one of await Promise.all(examples.slice(first, first + width).map(look))) {
      if ('kind' in one) problems.push(one);
      else readable.push(one);
    }
    await onProgress?.(Math.min(first + width, examples.length), examples.length);
  }
  const leftOut = new Set<InspectedExample>();
  for (const group of groupNearDuplicates(readable)) {
    const isConflict = new Set(group.map(({ label }) => label)).size > 1;
    const [firstOne, ...others] = group;
    for (const one of isConflict ? group : others) {
      leftOut.add(one);
      const rest = group.filter((other) => other !== one).map(({ name }) => name);
      const message = isConflict
        ? `the same picture is in another class: ${rest.join(', ')}`
        : `the same picture as ${firstOne!.name}`;
      problems.push({ kind: isConflict ? 'conflict' : 'duplicate', name: one.name, message });
    }
  }
  return { kept: readable.filter((one) => !leftOut.has(one)), problems };
}

/** Pictures that are also among `others`: to learn from what one is scored on is to cheat. */
export function sharedWith(
  pictures: readonly InspectedExample[],
  others: readonly InspectedExample[],
): InspectedExample[] {
  const mine = new Set(pictures);
  return groupNearDuplicates([...pictures, ...others])
    .filter((group) => group.some((one) => !mine.has(one)))
    .flatMap((group) => group.filter((one) => mine.has(one)));
}

async function look(example: ClassifierExample): Promise<InspectedExample | PictureProblem> {
  try {
    const bytes = await example.bytes();
    const picture = await decodeImage(bytes, 'it');
    const whole = [0, 0, picture.width, picture.height] as const;
    const thumbnail = await resizeRegion(picture, whole, thumbnailSide, thumbnailSide);
    const digest = createHash('sha256').update(bytes).digest('hex');
    return { ...example, digest, fingerprint: fingerprintOf(thumbnail.data) };
  } catch (error) {
    if (!(error instanceof PoisonError)) throw error; // e.g. a server that is gone: the picture may be good
    return { kind: 'unreadable', name: example.name, message: reasonOf(error) };
  }
}
