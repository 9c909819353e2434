/**
 * The object stores: models, datasets, explanations, checkpoints. Folders are kept as one object a file,
 * `<folder>/<file>`.
 */
import type { JetStreamClient } from '@nats-io/jetstream';
import { type ObjectStore, Objm, setSha256Backend } from '@nats-io/obj';
import type { Patient } from './patience.ts';
import { STORES, type StoreName } from './topology.ts';

/** An object without its content. */
export interface StoredObject {
  readonly name: string;
  readonly bytes: number;
  /** ms since 1970 */
  readonly storedAt: number;
}

/** File name to content. */
export type Files = ReadonlyMap<string, Uint8Array>;

// The client's own is JavaScript for browsers: a megabyte takes 15 ms there, and under one by OpenSSL.
setSha256Backend('native');

/** Bytes of a part. The client's own 128 KiB make a picture eight messages, each of which is waited for. */
const chunkSize = 1 << 20;

export class Objects {
  readonly #stores: ReadonlyMap<StoreName, ObjectStore>;
  readonly #patient: Patient;

  private constructor(stores: ReadonlyMap<StoreName, ObjectStore>, patient: Patient) {
    this.#stores = stores;
    this.#patient = patient;
  }

  static async open(client: JetStreamClient, patient: Patient): Promise<Objects> {
    const manager = new Objm(client);
    const stores = new Map<StoreName, ObjectStore>();
    for (const name of STORES) stores.set(name, await patient(name, () => manager.open(name)));
    return new Objects(stores, patient);
  }

  /** Stores a file; the same name again replaces it. */
  async put(store: StoreName, name: string, content: Uint8Array): Promise<void> {
    await this.#patient(`${store}/${name}`, () =>
      this.#store(store).putBlob({ name, options: { max_chunk_size: chunkSize } }, content),
    );
  }

  async get(store: StoreName, name: string): Promise<Uint8Array | null> {
    return this.#patient(`${store}/${name}`, () => this.#store(store).getBlob(name));
  }

  /** As if it had never been; one that is not there is left alone. */
  async delete(store: StoreName, name: string): Promise<void> {
    await this.#patient(`${store}/${name}`, () => this.#store(store).delete(name));
  }

  async putFolder(store: StoreName, folder: string, files: Files): Promise<void> {
    for (const [name, content] of files) await this.put(store, `${folder}/${name}`, content);
  }

  /** Those of a folder's files that are there; without going through all that the store has. */
  async getFiles(store: StoreName, folder: string, names: readonly string[]): Promise<Files> {
    const files = new Map<string, Uint8Array>();
    for (const name of names) {
      const content = await this.get(store, `${folder}/${name}`);
      if (content) files.set(name, content);
    }
    return files;
  }

  /** All files of a folder, found in the list of all objects; null where it has none. */
  async getFolder(store: StoreName, folder: string): Promise<Files | null> {
    const names = await this.list(store, `${folder}/`);
    const files = await this.getFiles(
      store,
      folder,
      names.map((name) => name.slice(folder.length + 1)),
    );
    return files.size === 0 ? null : files;
  }

  /** Names of the objects, sorted. */
  async list(store: StoreName, prefix = ''): Promise<string[]> {
    const objects = await this.entries(store);
    return objects
      .map(({ name }) => name)
      .filter((name) => name.startsWith(prefix))
      .sort();
  }

  /** All objects of a store, without their content. */
  async entries(store: StoreName): Promise<StoredObject[]> {
    const objects = await this.#patient(store, () => this.#store(store).list());
    return objects.map(({ name, size, mtime }) => ({ name, bytes: size, storedAt: Date.parse(mtime) }));
  }

  #store(name: StoreName): ObjectStore {
    const store = this.#stores.get(name);
    if (!store) throw new TypeError(`no object store ${name}`);
    return store;
  }
}
