/** Finds pictures that are there twice, also where one was saved again at another size or quality. */

/** Of a thumbnail of {@link thumbnailSide} px a side. */
export interface Fingerprint {
  /** RGB, row by row. */
  readonly thumbnail: Uint8Array;
  /** 64 bits, in four of 16: whether a pixel is brighter than its right neighbour (dHash), on 8 x 8 places. */
  readonly bands: readonly [number, number, number, number];
}

/** px */
export const thumbnailSide = 18;

/** Mean difference of two thumbnails of one picture, levels of 255: saving again costs about 1, a burst more than 4. */
const sameWithin = 2.5;

/** @param thumbnail RGB, {@link thumbnailSide} px a side */
export function fingerprintOf(thumbnail: Uint8Array): Fingerprint {
  const luma = (x: number, y: number) => {
    const at = (y * thumbnailSide + x) * 3;
    return 0.299 * thumbnail[at]! + 0.587 * thumbnail[at + 1]! + 0.114 * thumbnail[at + 2]!;
  };
  // Means of 2 x 2 px, so that a little noise turns no bit.
  const cell = (x: number, y: number) =>
    luma(2 * x, 2 * y) + luma(2 * x + 1, 2 * y) + luma(2 * x, 2 * y + 1) + luma(2 * x + 1, 2 * y + 1);
  const bands = [0, 2, 4, 6].map((row) => {
    let bits = 0;
    for (let i = 0; i < 16; i += 1) {
      const [x, y] = [i % 8, row + (i >> 3)];
      bits = (bits << 1) | Number(cell(x, y) > cell(x + 1, y));
    }
    return bits;
  });
  return { thumbnail, bands: [bands[0]!, bands[1]!, bands[2]!, bands[3]!] };
}

/**
 * Groups of two and more that show the same picture, each in the order given. Only pictures with an equal band are
 * compared: any two whose hashes differ in up to three bits have one.
 */
export function groupNearDuplicates<T extends { readonly digest: string; readonly fingerprint: Fingerprint }>(
  pictures: readonly T[],
): T[][] {
  const leader = pictures.map((_, i) => i);
  const leaderOf = (i: number): number => (leader[i] === i ? i : leaderOf(leader[i]!));
  const buckets = new Map<string, number[]>();
  pictures.forEach(({ digest, fingerprint: { bands } }, i) => {
    for (const key of [digest, ...bands.map((bits, band) => `${band}:${bits}`)]) {
      const bucket = buckets.get(key) ?? [];
      for (const other of bucket) {
        const [a, b] = [leaderOf(other), leaderOf(i)];
        if (a !== b && isSame(pictures[other]!, pictures[i]!)) leader[Math.max(a, b)] = Math.min(a, b);
      }
      buckets.set(key, [...bucket, i]);
    }
  });
  const groups = new Map<number, T[]>();
  pictures.forEach((picture, i) => {
    groups.set(leaderOf(i), [...(groups.get(leaderOf(i)) ?? []), picture]);
  });
  return [...groups.values()].filter((group) => group.length > 1);
}

function isSame(
  a: { readonly digest: string; readonly fingerprint: Fingerprint },
  b: { readonly digest: string; readonly fingerprint: Fingerprint },
): boolean {
  if (a.digest === b.digest) return true;
  const [left, right] = [a.fingerprint.thumbnail, b.fingerprint.thumbnail];
  let difference = 0;
  const most = sameWithin * left.length;
  for (let i = 0; i < left.length && difference <= most; i += 1) {
    difference += Math.abs(left[i]! - right[i]!);
  }
  return difference <= most;
}
