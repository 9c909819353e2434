/** Datasets on the bus: manifests by digest in the object store, pictures in IMAGES. */
import { createHash } from 'node:crypto';
import { Check } from 'typebox/value';
import { Dataset, type DatasetItem } from '../../schemas/dataset.ts';
import { Image } from '../../schemas/image.ts';
import { subjectOf } from '../../schemas/message.ts';
import type { Bus } from '../bus/bus.ts';
import { PoisonError } from '../errors.ts';

/** @returns the dataset's id: the same dataset is stored once */
export async function storeDataset(bus: Bus, dataset: Dataset): Promise<string> {
  const json = JSON.stringify(dataset);
  const id = createHash('sha256').update(json).digest('hex').slice(0, 16);
  if (!(await bus.objects.get('datasets', id))) {
    await bus.objects.put('datasets', id, new TextEncoder().encode(json));
  }
  return id;
}

/** @throws PoisonError where there is none, or it is no dataset */
export async function fetchDataset(bus: Bus, id: string): Promise<Dataset> {
  const bytes = await bus.objects.get('datasets', id);
  if (!bytes) throw new PoisonError(`no dataset ${id} in the object store`);
  const dataset: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (!Check(Dataset, dataset)) throw new PoisonError(`object ${id} is no dataset`);
  return dataset;
}

/** @throws PoisonError where the picture is not there */
export async function fetchPicture(
  bus: Bus,
  { clip, index }: Pick<DatasetItem, 'clip' | 'index'>,
): Promise<Uint8Array> {
  const picture = await bus.last(Image, subjectOf(Image, { clip, index }));
  if (!picture) throw new PoisonError(`no picture of frame ${index} of clip ${clip}`);
  return picture.payload;
}
