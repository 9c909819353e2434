/** The check of methods on a model lies beside the model: what one command found, the next one knows. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRecord } from '../../../stages/explainer/sanity/check.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { replaceFile } from '../../runtime/replace.ts';

const file = /^sanity-(.+\.json)$/;

/** Puts the records in a model's folder where the explainer looks for them. */
export async function storeSanityRecords(bus: Bus, folder: string, model: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, record] = file.exec(name) ?? [];
    if (record === undefined) continue;
    const content = new Uint8Array(await readFile(join(folder, name)));
    if (readRecord(content)?.model !== model) continue; // of weights that lay here before
    await bus.objects.put('explanations', `sanity.${model}/${record}`, content);
  }
}

/**
 * Writes the records that the explainer has made or added to into the model's folder.
 * @throws what Node throws where the folder can't be written
 */
export async function writeSanityRecords(bus: Bus, folder: string, model: string): Promise<void> {
  const records = await bus.objects.getFolder('explanations', `sanity.${model}`);
  for (const [name, content] of records ?? []) await replaceFile(join(folder, `sanity-${name}`), content);
}
