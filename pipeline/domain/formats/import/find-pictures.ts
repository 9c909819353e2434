/** The pictures that a file of labels names: beside it, wherever its folders were moved to. */
import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { isPictureName } from '../../vision/picture-files.ts';
import { stem } from '../file-name.ts';
import type { Place } from './place.ts';

/** What a file calls a picture. */
export interface WantedPicture {
  /** With or without folders, whichever slash they are written with. */
  readonly name: string;
  /** The file's own folder below the root: pictures there come first. */
  readonly near?: string | undefined;
  /** `train`, `val` …: pictures in folders of this name come first. */
  readonly subset?: string | undefined;
  /** The extension may be another, or be left out. */
  readonly byStem?: boolean;
}

/** Where it is, or why it can't be said. */
export type FoundPicture =
  | { readonly path: string }
  | { readonly reason: 'missing' }
  | { readonly reason: 'ambiguous'; readonly among: readonly string[] };

/** Folders that say nothing of what a picture is: they may be there or not. */
const layout =
  /^(images?|img1?|jpegimages|annotations|data|train|training|val|valid|validation|test|default|obj_.*data|(train|val|test)\d{4})$/i;

/**
 * Each picture by the whole name, else by the end of it that a picture's path has: a name without its folder is no
 * identity, so another folder's picture is none, two that fit are ambiguous, and so is one that two names fit equally.
 *
 * @param roots folders that are searched; nothing outside of them is found
 * @param place by which they are searched
 */
export async function findPictures(
  wanted: readonly WantedPicture[],
  roots: readonly string[],
  place: Pick<Place, 'search'>,
): Promise<FoundPicture[]> {
  const found = await findNamed(wanted, roots, place);
  const missing = wanted.flatMap((picture, i) => {
    const at = found[i]!; // one each
    const name = unescaped(picture.name);
    return 'reason' in at && at.reason === 'missing' && name !== picture.name
      ? [{ i, picture: { ...picture, name } }]
      : [];
  });
  if (missing.length === 0) return found;
  const again = await findNamed(
    missing.map(({ picture }) => picture),
    roots,
    place,
  );
  for (const [n, { i }] of missing.entries()) found[i] = again[n]!; // one each
  return found;
}

async function findNamed(
  wanted: readonly WantedPicture[],
  roots: readonly string[],
  place: Pick<Place, 'search'>,
): Promise<FoundPicture[]> {
  const direct = wanted.map((picture) => placed(picture, roots));
  if (direct.every((path) => path !== undefined)) return direct.map((path) => ({ path }));
  const pool = await picturesIn(roots, place);
  const matches = wanted.map((picture, i) => {
    const path = direct[i];
    return path === undefined ? match(picture, pool) : { found: { path }, whole: true };
  });
  const namesOf = new Map<string, Set<string>>();
  for (const [i, { found }] of matches.entries()) {
    if ('path' in found) namesOf.set(found.path, (namesOf.get(found.path) ?? new Set()).add(wanted[i]!.name)); // one each
  }
  return matches.map(({ found, whole }, i) => {
    if (whole || !('path' in found)) return found;
    const rival = [...(namesOf.get(found.path) ?? [])].find((name) => name !== wanted[i]!.name); // one each
    if (rival === undefined) return found;
    return { reason: 'ambiguous', among: [`${found.path}, which is ${rival} as well`] };
  });
}

/**
 * A file of one picture that is called like another picture than the one it names was copied, or one of them renamed:
 * which of the two it is of can't be told.
 * @param entries one each of `found`
 */
export async function withoutRivals(
  entries: readonly { readonly file: string }[],
  found: readonly FoundPicture[],
  roots: readonly string[],
  place: Pick<Place, 'search'>,
): Promise<FoundPicture[]> {
  const differs = entries.map(({ file }, i) => {
    const at = found[i]!; // one each
    return 'path' in at && stemKey(at.path) !== stemKey(file);
  });
  if (!differs.includes(true)) return [...found];
  const own = await findPictures(
    entries.map(({ file }) => ({ name: stem(file), byStem: true })),
    roots,
    place,
  );
  return found.map((at, i) => {
    const rival = own[i]!; // one each
    if (!differs[i] || !('path' in at) || !('path' in rival) || rival.path === at.path) return at;
    return { reason: 'ambiguous', among: [at.path, `${rival.path}, as ${entries[i]!.file} is called`] }; // one each
  });
}

/** Where the layouts of well-known tools have it. */
function placed({ name, near, subset = '' }: WantedPicture, roots: readonly string[]): string | undefined {
  const segments = parts(name);
  if (segments.length === 0) return undefined;
  for (const root of roots) {
    const folders = [
      ['images', subset],
      [subset, 'images'],
      [subset],
      near ? [near] : [],
      ['images'],
      [],
      ['JPEGImages'],
    ];
    for (const folder of folders) {
      const path = join(root, ...folder, ...segments);
      if (isPictureName(path) && existsSync(path)) return path;
    }
  }
  return undefined;
}

interface PooledPicture {
  readonly path: string;
  /** Folders below the root and the name. */
  readonly segments: readonly string[];
}

/** Pictures by the stem of their name, in small letters. */
type Pool = ReadonlyMap<string, readonly PooledPicture[]>;

async function picturesIn(roots: readonly string[], place: Pick<Place, 'search'>): Promise<Pool> {
  const pool = new Map<string, PooledPicture>();
  for (const root of roots) {
    for await (const path of place.search(root)) {
      if (!isPictureName(path) || pool.has(path)) continue;
      pool.set(path, { path, segments: relative(root, path).split(sep) });
    }
  }
  return Map.groupBy(pool.values(), ({ path }) => stemKey(path));
}

function stemKey(path: string): string {
  return stem(path).normalize('NFC').toLowerCase();
}

function match(
  { name, near, subset, byStem = false }: WantedPicture,
  pool: Pool,
): { found: FoundPicture; whole: boolean } {
  const segments = parts(name);
  for (const alike of [exactly, sameLetters, ...(byStem ? [sameStem] : [])]) {
    const fitting = (pool.get(stemKey(name)) ?? []).flatMap((picture) => {
      const n = agreement(picture.segments, segments, alike);
      return isSame(picture.segments, segments, n) ? [{ ...picture, n }] : [];
    });
    if (fitting.length === 0) continue;
    const most = Math.max(...fitting.map(({ n }) => n));
    const best = preferred(
      fitting.filter(({ n }) => n === most),
      [near, subset],
    );
    if (best.length > 1)
      return { found: { reason: 'ambiguous', among: best.map(({ path }) => path) }, whole: false };
    return { found: { path: best[0]!.path }, whole: most === segments.length };
  }
  return { found: { reason: 'missing' }, whole: false };
}

/** How many of the last segments are alike. */
function agreement(
  own: readonly string[],
  wanted: readonly string[],
  alike: (a: string, b: string) => boolean,
): number {
  let n = 0;
  while (n < own.length && n < wanted.length) {
    const same = n === 0 ? alike : sameLetters;
    if (!same(own.at(-1 - n)!, wanted.at(-1 - n)!)) break; // below both lengths
    n += 1;
  }
  return n;
}

/** The whole name; or its end, where the picture lies in no other folder that tells pictures apart. */
function isSame(own: readonly string[], wanted: readonly string[], n: number): boolean {
  if (n === 0) return false;
  return n === wanted.length || own.slice(0, own.length - n).every((folder) => layout.test(folder));
}

/** Those near the file, else those of its subset, where one of them is. */
function preferred<P extends PooledPicture>(
  pictures: readonly P[],
  folders: readonly (string | undefined)[],
): readonly P[] {
  for (const folder of folders) {
    if (!folder) continue;
    const inside = pictures.filter(({ segments }) => segments.slice(0, -1).includes(folder));
    if (inside.length > 0) return inside;
  }
  return pictures;
}

/** Addresses have escaped letters, and a query behind them. */
function unescaped(name: string): string {
  const path = /^[a-z][a-z0-9+.-]+:\/\//i.test(name) ? name.replace(/[?#].*$/, '') : name;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Without drives and steps upward: what lies outside is not looked for. */
function parts(name: string): string[] {
  return name
    .split(/[\\/]/)
    .filter((part) => part !== '' && part !== '.' && part !== '..' && !/^[a-z]:$/i.test(part));
}

function exactly(a: string, b: string): boolean {
  return a === b;
}

function sameLetters(a: string, b: string): boolean {
  return a.normalize('NFC').toLowerCase() === b.normalize('NFC').toLowerCase();
}

function sameStem(a: string, b: string): boolean {
  return stemKey(a) === stemKey(b);
}
