/** Gathers what the report of a classifier shows from the bus: its training, and the pictures that are looked at. */
import project from '../../../package.json' with { type: 'json' };
import { type Crop, cropBytes, cropsOf } from '../../domain/datasets/crops.ts';
import { fetchDataset, fetchPicture } from '../../domain/datasets/store.ts';
import { readClassifierCard } from '../../domain/models/classifier/card.ts';
import type { ClassifierTraining } from '../../domain/models/classifier/training.ts';
import type { ModelFiles } from '../../domain/models/files.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { PoisonError } from '../../runtime/errors.ts';
import type { ClassifierTrainResult } from '../jobs/train-classifier.ts';
import type { ClassifierReport } from '../report/classifier/data.ts';

/** Pictures of each kind on the page. */
const most = { mistakes: 24, duplicates: 6, leftOut: 12 } as const;

export async function classifierReportData(
  bus: Bus,
  {
    files,
    training,
    trained,
    command,
  }: {
    readonly files: ModelFiles;
    readonly training: ClassifierTraining;
    readonly trained: ClassifierTrainResult;
    readonly command: string;
  },
): Promise<ClassifierReport> {
  const { id, alpha, side, start, createdAt } = readClassifierCard(files);
  const crops = new Map(cropsOf(await fetchDataset(bus, trained.dataset)).map((crop) => [crop.name, crop]));
  const withPicture = async <T extends { readonly name: string }>(entry: T) => ({
    ...entry,
    picture: await pictureOf(bus, crops.get(entry.name)),
  });
  const shown = new Map<string, number>();
  return {
    title: titleOf(training.classes.map(({ name }) => name)),
    createdAt,
    version: project.version,
    command,
    model: { id, alpha, side, start },
    training,
    promotion: { promoted: trained.promoted, why: trained.why },
    mistakes: await Promise.all((training.scores?.mistakes ?? []).slice(0, most.mistakes).map(withPicture)),
    leftOut: await Promise.all(
      training.leftOut.map((picture) => {
        const { kind } = picture;
        const count = (shown.get(kind) ?? 0) + 1;
        shown.set(kind, count);
        return count <= (kind === 'duplicate' ? most.duplicates : most.leftOut)
          ? withPicture(picture)
          : { ...picture, picture: null };
      }),
    ),
  };
}

/** "Classifier of daisy, rose and tulip"; of many classes only the first are named. */
function titleOf(classes: readonly string[]): string {
  const named = classes.length > 6 ? [...classes.slice(0, 5), `${classes.length - 5} more`] : classes;
  return `Classifier of ${named.slice(0, -1).join(', ')} and ${named.at(-1)}`;
}

async function pictureOf(bus: Bus, crop: Crop | undefined): Promise<Uint8Array | null> {
  if (!crop) return null;
  try {
    return await cropBytes(await fetchPicture(bus, crop.item), crop);
  } catch (error) {
    if (error instanceof PoisonError) return null;
    throw error;
  }
}
