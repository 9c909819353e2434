/** The formats other tools read, by name. Each is a folder of files; what we can't know comes back as a warning. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeLabels } from '../labels-csv.ts';
import { exportCamtrapDp } from './camtrap-dp.ts';
import { exportCocoCameraTraps } from './coco-camera-traps.ts';
import { exportCvat } from './cvat.ts';
import { exportMegaDetector } from './megadetector.ts';
import { exportMot } from './mot.ts';
import type { ExportInput, ExportResult } from './target.ts';
import { exportVoc } from './voc.ts';
import { exportCoco, exportYolo } from './yolo-coco.ts';

export type { ExportInput, ExportResult } from './target.ts';

const exporters = {
  csv: exportCsv,
  yolo: exportYolo,
  coco: exportCoco,
  'coco-camera-traps': exportCocoCameraTraps,
  voc: exportVoc,
  cvat: exportCvat,
  mot: exportMot,
  megadetector: exportMegaDetector,
  'camtrap-dp': exportCamtrapDp,
} as const;

export type ExportFormat = keyof typeof exporters;

// The keys of an object literal of exactly these formats.
export const exportFormats = Object.keys(exporters) as readonly ExportFormat[];

/** @throws UsageError where a label belongs to none of the clips */
export async function exportLabels(
  format: ExportFormat,
  input: ExportInput,
  folder: string,
): Promise<ExportResult> {
  return exporters[format](input, folder);
}

/** The only one with rejected labels: nothing is lost in it. */
async function exportCsv({ labels }: ExportInput, folder: string): Promise<ExportResult> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'labels.csv');
  await writeLabels(path, labels);
  return { files: [path], warnings: [] };
}
