/** The check of methods on a model lies beside the model: what one command found, the next one knows. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRecord } from '../../../stages/explainer/sanity/check.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { reasonOf } from '../../runtime/errors.ts';
import { say } from '../cli/terminal.ts';

const file = /^sanity-(.+\.json)$/;

/** Those in the model's folder, to where the explainer looks for them. */
export async function bringRecords(bus: Bus, folder: string, model: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, own] = file.exec(name) ?? [];
    if (own === undefined) continue;
    const content = new Uint8Array(await readFile(join(folder, name)));
    if (readRecord(content)?.model !== model) continue; // of weights that lay here before
    await bus.objects.put('explanations', `sanity.${model}/${own}`, content);
  }
}

/** Those that the explainer has made or added to, to the model's folder. */
export async function keepRecords(bus: Bus, folder: string, model: string): Promise<void> {
  const records = await bus.objects.getFolder('explanations', `sanity.${model}`);
  for (const [own, content] of records ?? []) {
    const path = join(folder, `sanity-${own}`);
    await writeFile(path, content).catch((error: unknown) =>
      say(`${path} can’t be kept: ${reasonOf(error)}`),
    );
  }
}
