/** Writes `report.html`. */
import { rename, writeFile } from 'node:fs/promises';
import type { ReportData } from './data.ts';
import { renderPage } from './page.ts';

/**
 * One self-contained HTML file; an older one is replaced only when the new one is whole.
 *
 * @throws what the file system throws, e.g. where the folder does not exist
 */
export async function writeReport(path: string, data: ReportData): Promise<void> {
  const page = await renderPage(data);
  const unfinished = `${path}.unfinished`;
  await writeFile(unfinished, page);
  await rename(unfinished, path);
}
