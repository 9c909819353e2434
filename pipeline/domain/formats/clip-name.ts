/** Which clip a person or another tool means: by id, by a name that only it has, or by as much of its path as tells. */

/** A clip as it can be named. */
export interface NamedClip {
  /** Its id; left out where it is not known yet. */
  readonly clip?: string | undefined;
  /** What its user knows it by: a name, or the end of a path. */
  readonly file: string;
  /** Absolute path of its file. */
  readonly path?: string | undefined;
  readonly camera?: string | undefined;
}

/**
 * All clips that a name fits: one where it tells, several where it leaves open which. A name without a folder fits every
 * clip of that name; with folders it fits those whose path ends so, or which a longer path of it ends with. The
 * extension may be left out; where nothing fits, the case of letters may differ, and how accents are written.
 */
export function clipsNamed<C extends NamedClip>(clips: readonly C[], name: string): C[] {
  const byId = clips.filter(({ clip }) => clip === name);
  if (byId.length > 0) return byId;
  const wanted = segments(name);
  for (const alike of [(text: string) => text, anyCase]) {
    for (const withoutExtension of [false, true]) {
      const fitting = clips.filter((clip) =>
        pathsOf(clip).some((path) => fits(path.map(alike), wanted.map(alike), withoutExtension)),
      );
      if (fitting.length > 0) return fitting;
    }
  }
  return [];
}

/** Every path that a clip may be named by, each as its folders and its name. */
function pathsOf({ file, path, camera, clip }: NamedClip): string[][] {
  const own = segments(file);
  const name = own.slice(-1);
  const paths = [own, ...(path === undefined ? [] : [segments(path)])];
  // As exports name a clip beside others of its name.
  if (camera !== undefined)
    paths.push([camera, ...name], ...(clip === undefined ? [] : [[camera, clip, ...name]]));
  return paths;
}

/** Whether one ends with the other; where the name says a folder, at least that one must agree. */
function fits(path: readonly string[], wanted: readonly string[], withoutExtension: boolean): boolean {
  const own = withoutExtension ? [...path.slice(0, -1), bare(path.at(-1) ?? '')] : path;
  const both = Math.min(own.length, wanted.length);
  if (both === 0 || (wanted.length > 1 && both < 2)) return false;
  const from = own.length > wanted.length || wanted.length === 1 ? both : Math.max(2, both);
  return own.slice(-from).join('/') === wanted.slice(-from).join('/');
}

/** A card's names come in capitals, a Mac's with their accents apart. */
function anyCase(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

function bare(name: string): string {
  return name.replace(/(?<=.)\.[a-z][a-z0-9]{0,5}$/i, '');
}

function segments(path: string): string[] {
  return path.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
}
