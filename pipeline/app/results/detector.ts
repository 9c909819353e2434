/** What `shika train pre` and `main` leave: the model, and a page on its training. */
import { basename, join, resolve } from 'node:path';
import type { Bus } from '../../runtime/bus/bus.ts';
import type { TrainResult } from '../jobs/train-detector.ts';
import { writeModel } from './models.ts';
import { writeDetectorReport } from './report.ts';
import { detectorReportData } from './run-report-data.ts';

export interface WrittenDetector {
  /** The model's folder. */
  readonly folder: string;
  /** Path of its page. */
  readonly report: string;
}

/** Writes `models/<kind>/`, with `report.html` in it. */
export async function writeDetector(
  bus: Bus,
  jobFolder: string,
  kind: 'pre' | 'main',
  training: TrainResult,
): Promise<WrittenDetector> {
  const folder = await writeModel(bus, jobFolder, kind, training.model);
  const report = join(folder, 'report.html');
  const data = await detectorReportData(bus, training);
  const { promoted, why } = training;
  await writeDetectorReport(report, {
    title: `${kind} of ${basename(resolve(jobFolder))}`,
    createdAt: new Date().toISOString(),
    pre: kind === 'pre' ? data : null,
    main: kind === 'main' ? data : null,
    promotion: kind === 'main' ? { promoted, why } : null,
  });
  return { folder, report };
}
