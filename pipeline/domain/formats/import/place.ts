/** A file or folder that somebody's labels lie in, listed once. */
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import { reasonOf, UsageError } from '../../../runtime/errors.ts';
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
  readonly #passedOver = new Set<string>();
  readonly #unreadable = new Map<string, string>();

  /** A folder that is not searched, though it may lie in it. */
  readonly #outside: string | undefined;

  private constructor(path: string, isFolder: boolean, outside: string | undefined) {
    this.path = path;
    this.isFolder = isFolder;
    this.#outside = outside === undefined ? undefined : resolve(outside);
  }

  /**
   * @param outside where results go: those of the last time are nobody's labels
   * @throws UsageError where nothing is there
   */
  static async open(path: string, outside?: string): Promise<Place> {
    const { kind, what } = await entryAt(resolve(path));
    if (kind === 'file' || kind === 'folder') return new Place(resolve(path), kind === 'folder', outside);
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

  /** Another file or folder of the same labels. @throws UsageError where nothing is there */
  other(path: string): Promise<Place> {
    return Place.open(path, this.#outside);
  }

  /** Every file in the folder and in those in it, those of the upper folders first; of a file itself. */
  files(): Promise<readonly string[]> {
    this.#files ??= this.isFolder ? this.#filesIn(this.path) : Promise.resolve([this.path]);
    return this.#files;
  }

  /** Hidden ones are nobody's; what lies in a job's folder was made by the job. */
  async *search(folder: string): AsyncGenerator<string> {
    const isOutside = (path: string) => path === this.#outside || existsSync(join(path, '.shika'));
    for await (const { kind, path } of walkFolder(folder, isOutside)) if (kind === 'file') yield path;
  }

  async #filesIn(folder: string): Promise<string[]> {
    const files: string[] = [];
    for await (const path of this.search(folder)) files.push(path);
    const depth = (path: string) => path.split(sep).length;
    return files.toSorted((a, b) => depth(a) - depth(b)); // stable: by name within a folder
  }

  /** Files of one extension (with its dot, in small letters). */
  async filesOf(extension: string): Promise<string[]> {
    return (await this.files()).filter((file) => extname(file).toLowerCase() === extension);
  }

  /** What a JSON file holds; undefined where it is none. The last few are remembered. */
  json(file: string): Promise<unknown> {
    const known = this.#json.get(file) ?? this.#parsed(file);
    this.#json.set(file, known);
    const [oldest] = this.#json.keys();
    if (this.#json.size > REMEMBERED && oldest !== undefined) this.#json.delete(oldest);
    return known;
  }

  /** Files that were asked for as JSON and are none, and why. */
  get unreadable(): ReadonlyMap<string, string> {
    return this.#unreadable;
  }

  /** A file that a reader has no use for: it is said. */
  passOver(file: string): void {
    this.#passedOver.add(file);
  }

  get passedOver(): ReadonlySet<string> {
    return this.#passedOver;
  }

  async #parsed(file: string): Promise<unknown> {
    try {
      return parseJson(await readText(file));
    } catch (error) {
      this.#unreadable.set(file, reasonOf(error));
      return undefined;
    }
  }
}
