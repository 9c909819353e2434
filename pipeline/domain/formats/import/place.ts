/** A file or folder that somebody's labels lie in, listed once. */
import { basename, dirname, extname, resolve, sep } from 'node:path';
import { UsageError } from '../../../runtime/errors.ts';
import { entryAt, walkFolder } from '../../../runtime/walk-folder.ts';
import { parseJson } from '../json.ts';
import { readText } from '../text.ts';

const REMEMBERED = 4;

export class Place {
  /** Absolute. */
  readonly path: string;
  readonly isFolder: boolean;
  #files: Promise<readonly string[]> | undefined;
  readonly #json = new Map<string, Promise<unknown>>();

  private constructor(path: string, isFolder: boolean) {
    this.path = path;
    this.isFolder = isFolder;
  }

  /** @throws UsageError where nothing is there */
  static async open(path: string): Promise<Place> {
    const { kind, what } = await entryAt(resolve(path));
    if (kind === 'file' || kind === 'folder') return new Place(resolve(path), kind === 'folder');
    throw new UsageError(`${path} is not there`, {
      found: what === undefined || what.startsWith('ENOENT') ? 'nothing' : what,
      expected: 'a file or a folder of labels',
    });
  }

  /** The folder in which everything lies that belongs to it. A folder of annotations lies beside that of pictures. */
  get root(): string {
    const folder = this.isFolder ? this.path : dirname(this.path);
    return /^(annotations|labels|json|gt|det)$/i.test(basename(folder)) ? dirname(folder) : folder;
  }

  /** Every file in the folder and in those in it, those of the upper folders first; of a file itself. */
  files(): Promise<readonly string[]> {
    this.#files ??= this.isFolder ? filesIn(this.path) : Promise.resolve([this.path]);
    return this.#files;
  }

  /** Files of one extension (with its dot, in small letters). */
  async filesOf(extension: string): Promise<string[]> {
    return (await this.files()).filter((file) => extname(file).toLowerCase() === extension);
  }

  /** What a JSON file holds; undefined where it is none. The last few are remembered. */
  json(file: string): Promise<unknown> {
    const known = this.#json.get(file) ?? parsed(file);
    this.#json.set(file, known);
    const [oldest] = this.#json.keys();
    if (this.#json.size > REMEMBERED && oldest !== undefined) this.#json.delete(oldest);
    return known;
  }
}

/** Hidden ones are nobody's. */
async function filesIn(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { kind, path } of walkFolder(folder)) if (kind === 'file') files.push(path);
  const depth = (path: string) => path.split(sep).length;
  return files.toSorted((a, b) => depth(a) - depth(b)); // stable: by name within a folder
}

async function parsed(file: string): Promise<unknown> {
  try {
    return parseJson(await readText(file));
  } catch {
    return undefined;
  }
}
