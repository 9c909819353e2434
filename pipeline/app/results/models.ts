/** `models/<name>/`: a model with its card, and with what was found of the methods that explain it. */
import { writeModelFolder } from '../../domain/models/files.ts';
import { fetchModel } from '../../domain/models/registry.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { replaceFolder } from '../../runtime/replace.ts';
import { modelFolder } from './job-folder.ts';
import { writeSanityRecords } from './sanity-records.ts';

/**
 * Replaces the folder: nothing of an older model stays in it.
 * @param name e.g. `pre` or `main`
 * @param model its id
 * @returns the folder
 */
export async function writeModel(bus: Bus, jobFolder: string, name: string, model: string): Promise<string> {
  const folder = modelFolder(jobFolder, name);
  const files = await fetchModel(bus, model);
  await replaceFolder(folder, async (temporary) => {
    await writeModelFolder(temporary, files);
    await writeSanityRecords(bus, temporary, model);
  });
  return folder;
}
