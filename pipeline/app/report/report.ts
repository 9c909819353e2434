/** Writes `report.html`: one self-contained HTML file; an older one is replaced only when the new one is whole. */
import { rename, writeFile } from 'node:fs/promises';
import type { ClassifierReport } from './classifier/data.ts';
import { renderClassifierPage } from './classifier/page.ts';
import type { ReportData } from './data.ts';
import { type ModelsData, renderModelsPage, renderPage } from './page.ts';

/**
 * Of a run.
 * @throws what the file system throws, e.g. where the folder does not exist
 */
export async function writeReport(path: string, data: ReportData): Promise<void> {
  await replace(path, await renderPage(data));
}

/** Of models alone; throws as {@link writeReport}. */
export async function writeModelsReport(path: string, data: ModelsData): Promise<void> {
  await replace(path, await renderModelsPage(data));
}

/** Of a classifier's training; throws as {@link writeReport}. */
export async function writeClassifierReport(path: string, data: ClassifierReport): Promise<void> {
  await replace(path, await renderClassifierPage(data));
}

async function replace(path: string, page: string): Promise<void> {
  const unfinished = `${path}.unfinished`;
  await writeFile(unfinished, page);
  await rename(unfinished, path);
}
