/** Datasets on the bus: manifests by digest in the object store, pictures in IMAGES. */
import Type from 'typebox';
import { Check } from 'typebox/value';
import { Dataset, DatasetId, type DatasetItem } from '../../../schemas/dataset.ts';
import { Image } from '../../../schemas/image.ts';
import { subjectOf } from '../../../schemas/message.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { contentId } from '../../runtime/content-id.ts';
import { PoisonError } from '../../runtime/errors.ts';

/** @returns the dataset's id: the same dataset is stored once */
export async function storeDataset(bus: Bus, dataset: Dataset): Promise<string> {
  const json = JSON.stringify(dataset);
  const id = contentId(json);
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

/** Key of the pointer to what was drawn by hand. */
export const HAND_KEY = 'hand';

/** Keeps what was drawn by hand for trainings to come; what is drawn later is added. */
export async function storeHandDrawn(bus: Bus, drawn: Dataset): Promise<void> {
  const before = await fetchHandFiles(bus);
  const drawnAgain = new Set(drawn.items.map(({ clip, index }) => `${clip}.${index}`));
  const items = [
    ...before.items.filter(({ clip, index }) => !drawnAgain.has(`${clip}.${index}`)),
    ...drawn.items,
  ];
  const classes = [...new Set([...before.classes, ...drawn.classes])].sort();
  await bus.state.put(HAND_KEY, { dataset: await storeDataset(bus, { classes, items }) });
}

/** What was drawn by hand in files so far. */
export async function fetchHandFiles(bus: Bus): Promise<Dataset> {
  const { value } = await bus.state.get(HAND_KEY, Type.Object({ dataset: DatasetId }));
  return value ? fetchDataset(bus, value.dataset) : { classes: [], items: [] };
}
