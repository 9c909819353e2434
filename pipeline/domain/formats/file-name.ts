/** Names for the files we write: safe on every file system, unique, and still recognisable. */

/** Longest stem in UTF-8 bytes: what we add to it stays under the 255 of most file systems. */
const longest = 160;

/** Letters and digits of any script, `.`, `_` and `-`; everything else becomes `_`. Never hidden, never empty. */
export function safeName(name: string): string {
  const safe = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '_')
    .replace(/^[.-]+/, '');
  let cut = '';
  for (const letter of safe) {
    if (Buffer.byteLength(cut + letter) > longest) break;
    cut += letter;
  }
  return cut.replace(/\.+$/, '') || '_';
}

/** Without folder and extension. */
export function stem(file: string): string {
  return baseName(file).replace(/(?<=.)\.[a-z][a-z0-9]{0,5}$/i, '');
}

/** Without folder, whichever slash it is written with. */
export function baseName(file: string): string {
  return file.split(/[\\/]/).at(-1) ?? file;
}

/** A safe, distinct stem for each name, in order; names that differ only by case count as the same. */
export function uniqueStems(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const wanted = safeName(stem(name));
    let unique = wanted;
    for (let n = 2; taken.has(unique.toLowerCase()); n += 1) unique = `${wanted}-${n}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}

/** `<stem of the clip>_000123`: how one frame of a clip is called; sorts by frame. */
export function frameName(clipStem: string, frame: number): string {
  return `${clipStem}_${String(frame).padStart(6, '0')}`;
}

/**
 * A distinct path for each clip, in order: its file's name; behind its camera's folder where several clips are called
 * so, and behind its id as well where one camera has several. Names that differ only by case count as the same.
 */
export function clipPaths(
  clips: readonly { readonly file: string; readonly camera?: string; readonly clip: string }[],
): string[] {
  const names = clips.map(({ file }) => baseName(file));
  const behindCamera = clips.map(({ camera }, i) =>
    camera === undefined ? names[i]! : `${camera}/${names[i]}`,
  );
  const behindId = clips.map(({ camera, clip }, i) => [camera, clip, names[i]].filter(Boolean).join('/'));
  const isAlone = [names, behindCamera].map((all) => {
    const counts = Map.groupBy(all, (name) => name.toLowerCase());
    return (name: string) => counts.get(name.toLowerCase())?.length === 1;
  });
  return names.map((name, i) => {
    if (isAlone[0]!(name)) return name;
    return isAlone[1]!(behindCamera[i]!) ? behindCamera[i]! : behindId[i]!;
  });
}

/** The clip that a path of {@link clipPaths} names, else the first one of that file name. */
export function clipOfPath<
  C extends { readonly file: string; readonly camera?: string; readonly clip: string },
>(path: string, clips: readonly C[]): C | undefined {
  const paths = clipPaths(clips);
  return clips.find((_, i) => paths[i] === path) ?? clips.find(({ file }) => file === baseName(path));
}
