/** Clips as a person names them: files, and folders of files. */
import { basename, dirname, join, relative, resolve } from 'node:path';
import { type Problem, problem } from '../../domain/formats/problem.ts';
import { clipIdOf } from '../../domain/vision/clip-id.ts';
import { isStreamUrl } from '../../domain/vision/video-open.ts';
import { reasonOf, UsageError } from '../../runtime/errors.ts';
import { safeAddress } from '../../runtime/safe-address.ts';
import { entryAt, isHiddenName, printableName, walkFolder } from '../../runtime/walk-folder.ts';
import { cameraOfFile } from '../camera-name.ts';

/** What a folder is searched for; a file that is named itself is taken whatever it is called. */
const CLIP_FILE =
  /\.(mp4|m4v|mov|qt|avi|divx|mkv|webm|ts|mts|m2ts|mpe?g|m2v|vob|mod|tod|wmv|asf|3gp|3g2|flv|f4v|ogv|mxf|dv|dav|h26[45]|hevc|mjpe?g)$/i;

/** A clip that lies on this machine's disk. */
export interface ClipInput {
  /** Absolute path. */
  readonly path: string;
  /** What a person knows it by: the file's name; the path from the folder that was given where names repeat. */
  readonly file: string;
  /** First 16 hex digits of the file's SHA-256. */
  readonly clip: string;
  readonly camera: string;
}

/** A file that may be a clip. */
export interface ClipFile {
  /** Absolute. */
  readonly path: string;
  /** Absolute path of the folder that was given; of a file that was given, its own. */
  readonly root: string;
}

/** What lies at some paths. */
export interface ListedClips {
  readonly files: readonly ClipFile[];
  /** What looks like a clip and is none. */
  readonly problems: readonly Problem[];
  /** What is no clip by its name: how many files by their extension, and how many hidden ones. */
  readonly ignored: ReadonlyMap<string, number>;
}

/** Whether a folder's file is taken for a clip. */
export function isClipFile(path: string): boolean {
  return CLIP_FILE.test(path) && !isHiddenName(basename(path));
}

/** Whether a folder is a job's own: what lies in it was made from clips. */
export async function isJobFolder(path: string): Promise<boolean> {
  return (await entryAt(join(path, '.shika'))).kind === 'folder';
}

const expectedClip = 'a video clip (mp4, mov, avi, mkv, ts …)';

/**
 * The files at these paths that are called like clips, each once; folders are searched with those in them, other jobs'
 * folders and hidden ones are not.
 * @throws UsageError where a path is not there, or is a camera's address
 */
export async function listClipFiles(paths: readonly string[]): Promise<ListedClips> {
  const files = new Map<string, ClipFile>();
  const problems: Problem[] = [];
  const ignored = new Map<string, number>();
  const add = (path: string, root: string) => {
    if (!files.has(path)) files.set(path, { path, root });
  };
  const count = (kind: string) => ignored.set(kind, (ignored.get(kind) ?? 0) + 1);
  for (const given of paths) {
    if (isStreamUrl(given)) {
      throw new UsageError(`${safeAddress(given)} is no file`, {
        expected: 'clips, or folders of clips; a camera is recorded by `shika up --rtsp`',
      });
    }
    const root = resolve(given);
    const { kind, what = '' } = await entryAt(root);
    if (kind === 'odd' && what.startsWith('ENOENT')) throw new UsageError(`${given}: no such file or folder`);
    if (kind === 'odd') problems.push(oddClip(root, what));
    if (kind === 'file') add(root, dirname(root));
    if (kind !== 'folder') continue;
    try {
      for await (const entry of walkFolder(root, isJobFolder)) {
        const isClip = isClipFile(entry.path);
        if (entry.kind === 'file' && isClip) add(entry.path, root);
        else if (entry.kind === 'file') count(extension(entry.path));
        else if (entry.kind === 'hidden') count('hidden');
        else if (entry.kind === 'odd' && (isClip || entry.what?.includes('folder')))
          problems.push(oddClip(entry.path, entry.what ?? ''));
        else if (entry.kind === 'odd') count(entry.what ?? '');
        else if (isClip) problems.push(oddClip(entry.path, 'a folder; it was searched'));
      }
    } catch (error) {
      problems.push(oddClip(root, reasonOf(error)));
    }
  }
  return { files: [...files.values()], problems, ignored };
}

/** A file that is called like a clip and is none. */
export function oddClip(path: string, found: string): Problem {
  return problem(printableName(path), undefined, 'not taken', { found, expected: expectedClip });
}

/** "ignored: 3 .txt, 1 hidden"; null where nothing was. */
export function ignoredText(ignored: ReadonlyMap<string, number>): string | null {
  const counts = [...ignored].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([kind, n]) => `${n} ${kind}`);
  return counts.length === 0 ? null : `ignored: ${counts.join(', ')}`;
}

function extension(path: string): string {
  const [found] = /\.[A-Za-z0-9]{1,8}$/.exec(basename(path)) ?? [];
  return found?.toLowerCase() ?? 'without an extension';
}

/** A clip by what is in the file. @param camera its folder where not given; @throws where it can't be read */
export async function identifyClip({ path, root }: ClipFile, camera?: string): Promise<ClipInput> {
  const file = relative(root, path).split('\\').join('/');
  return { path, file, clip: await clipIdOf(path), camera: camera ?? cameraOfFile(path) };
}

/**
 * Files as people know them: the name alone where no other clip has it; else the path from the folder that was given,
 * with folders above it as long as two are alike.
 */
export function fileNames(files: readonly ClipFile[]): string[] {
  const names = files.map(({ path }) => basename(path));
  const isAlone = (all: readonly string[]) => {
    const counts = Map.groupBy(all, (name) => name.toLowerCase());
    return (name: string) => counts.get(name.toLowerCase())?.length === 1;
  };
  const alone = isAlone(names);
  let base = files.map(({ root }) => root);
  let paths = files.map(({ path }, i) => relative(base[i]!, path)); // one root a file
  for (let alike = true; alike; ) {
    const distinct = isAlone(paths);
    alike = false;
    base = base.map((root, i) => {
      if (alone(names[i]!) || distinct(paths[i]!) || dirname(root) === root) return root;
      alike = true;
      return dirname(root);
    });
    paths = files.map(({ path }, i) => relative(base[i]!, path));
  }
  return names.map((name, i) => (alone(name) ? name : paths[i]!.split('\\').join('/')));
}
