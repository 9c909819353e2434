/** `report.html`: one self-contained page. An older one is replaced only when the new one is whole. */

import { replaceFile } from '../../runtime/replace.ts';
import { hideSecrets } from '../../runtime/safe-address.ts';
import type { ClassifierReport } from '../report/classifier/data.ts';
import { renderClassifierPage } from '../report/classifier/page.ts';
import type { ReportData } from '../report/data.ts';
import { type ModelsData, renderModelsPage, renderPage } from '../report/page.ts';

/** Of a run. */
export async function writeRunReport(path: string, data: ReportData): Promise<void> {
  await replaceFile(path, await renderPage(data));
}

/** Of detectors alone: a training, or a model that was scored. */
export async function writeDetectorReport(path: string, data: ModelsData): Promise<void> {
  await replaceFile(path, await renderModelsPage(data));
}

/** Of a classifier's training. */
export async function writeClassifierReport(path: string, data: ClassifierReport): Promise<void> {
  await replaceFile(path, await renderClassifierPage(data));
}

/** What was typed, for a report that may be shown to anybody. */
export function typedCommand(): string {
  return ['shika', ...process.argv.slice(2).map(hideSecrets)].join(' ');
}
