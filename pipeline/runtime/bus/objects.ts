/**
 * The object stores: models, datasets, explanations, checkpoints. Folders are kept as one object a file,
 * `<folder>/<file>`.
 */
import type { JetStreamClient } from '@nats-io/jetstream';
import { type ObjectStore, Objm } from '@nats-io/obj';
import type { Patient } from './patience.ts';
import { STORES, type StoreName } from './topology.ts';

/** File name to content. */
export type Files = ReadonlyMap<string, Uint8Array>;

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
    await this.#patient(`${store}/${name}`, () => this.#store(store).putBlob({ name }, content));
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

  /** Null where the folder has no file of these. */
  async getFolder(store: StoreName, folder: string): Promise<Files | null> {
    const files = new Map<string, Uint8Array>();
    for (const name of await this.list(store, `${folder}/`)) {
      const content = await this.get(store, name);
      if (content) files.set(name.slice(folder.length + 1), content);
    }
    return files.size === 0 ? null : files;
  }

  /** Names of the objects, sorted. */
  async list(store: StoreName, prefix = ''): Promise<string[]> {
    const objects = await this.#patient(store, () => this.#store(store).list());
    return objects
      .map((object) => object.name)
      .filter((name) => name.startsWith(prefix))
      .sort();
  }

  #store(name: StoreName): ObjectStore {
    const store = this.#stores.get(name);
    if (!store) throw new TypeError(`no object store ${name}`);
    return store;
  }
}
