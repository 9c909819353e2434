/** `node pipeline/app/config-readme.ts` writes the table of keys into `pipeline/runtime/config/README.md`; a test fails when it is stale. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keyTable } from '../runtime/config/table.ts';
import { sections } from './settings.ts';

export const CONFIG_README = join(import.meta.dirname, '../runtime/config/README.md');

/** The page with today's keys between its marks. */
export function withKeys(page: string): string {
  const table = `<!-- keys -->\n${keyTable(sections)}\n<!-- end of keys -->`;
  return page.replace(/<!-- keys -->[\s\S]*<!-- end of keys -->/, () => table);
}

if (process.argv[1] === import.meta.filename) {
  await writeFile(CONFIG_README, withKeys(await readFile(CONFIG_README, 'utf8')));
}
