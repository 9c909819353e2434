/** The clip that a file means, or that it can't be told. */
import { dirname, resolve } from 'node:path';
import { PoisonError } from '../../../runtime/errors.ts';
import { clipsNamed } from '../clip-name.ts';
import { baseName } from '../file-name.ts';
import { listed } from '../problem.ts';
import type { ClipReference, KnownClip } from './source.ts';

/** Whether clips that are not among those given stand for themselves: by their id, or also by their name alone. */
export type KeepsUnknown = false | 'by id' | 'by name';

/** @throws PoisonError where it is none of them, or may be several */
export function findClip(
  { id, names, isOnly = false }: ClipReference,
  file: string,
  clips: readonly KnownClip[],
  keepsUnknown: KeepsUnknown,
): { clip: KnownClip; note?: string } {
  const byId = id === undefined ? undefined : clips.find(({ clip }) => clip === id);
  if (byId) return { clip: byId };
  const called = names[0] ?? id;
  const idsDiffer = id !== undefined && clips.some(({ clip }) => clip !== undefined);
  for (const name of idsDiffer ? [] : names) {
    const fitting = clipsFor(name, file, clips);
    if (fitting.length === 1) return { clip: fitting[0]! };
    if (fitting.length > 1) throw unknownClip(name, fitting);
  }
  const [only, ...others] = clips;
  if (only !== undefined && others.length === 0 && called === undefined) return { clip: only };
  if (only !== undefined && others.length === 0 && isOnly && !idsDiffer) {
    return {
      clip: only,
      note: `it speaks of ${called}: taken for ${baseName(only.file)}, the only clip given`,
    };
  }
  if (called !== undefined && (keepsUnknown === 'by name' || (keepsUnknown && id !== undefined))) {
    return { clip: { file: names[0] ?? called, ...(id === undefined ? {} : { clip: id }) } };
  }
  throw unknownClip(called, clips);
}

/** By its path from here or from the file, else by as much of its name as the clips have. */
function clipsFor(name: string, file: string, clips: readonly KnownClip[]): readonly KnownClip[] {
  const paths = [resolve(name), resolve(dirname(file), name)];
  const samePath = clips.find(({ path }) => path !== undefined && paths.includes(resolve(path)));
  if (samePath) return [samePath];
  const named = clipsNamed(clips, name);
  if (named.length > 0) return named;
  // Of clips that are known by their bare names nobody can say that their folder is another.
  const bare = clips.filter(
    (clip) => clip.path === undefined && clip.camera === undefined && !/[\\/]/.test(clip.file),
  );
  return clipsNamed(bare, baseName(name));
}

function unknownClip(name: string | undefined, clips: readonly KnownClip[]): PoisonError {
  const ids = clips.map(({ clip, file, path }) => (clip ? `${file} (${clip})` : (path ?? file)));
  const expected = clips.length === 0 ? 'none was given' : listed(ids);
  return new PoisonError('file', {
    found: name === undefined ? 'no name' : `"${name}"`,
    expected: `one of the clips (${expected})`,
  });
}

/** What tells clips apart: their id, else what they are called. */
export function keyOf({ clip, path, file }: KnownClip): string {
  return clip ?? path ?? file;
}
