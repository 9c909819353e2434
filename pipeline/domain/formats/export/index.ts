/** The formats other tools read, by name. Each is a folder of files; what we can't know comes back as a warning. */

import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { addToFolder, replaceFolder } from '../../../runtime/replace.ts';
import { writeLabels } from '../labels-csv.ts';
import { exportCamtrapDp } from './camtrap-dp.ts';
import { exportCocoCameraTraps } from './coco-camera-traps.ts';
import { exportCvat } from './cvat.ts';
import { exportMegaDetector } from './megadetector.ts';
import { exportMot } from './mot.ts';
import { notCarried } from './not-carried.ts';
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

/**
 * Writes all files of the format, or none.
 * @param replace whether what else is in the folder goes: an earlier export's pictures are none of this one
 * @throws UsageError where a label belongs to none of the clips, or the format demands what is not known
 */
export async function exportLabels(
  format: ExportFormat,
  input: ExportInput,
  folder: string,
  { replace = false }: { readonly replace?: boolean } = {},
): Promise<ExportResult> {
  const write = replace ? replaceFolder : addToFolder;
  return write(folder, async (temporary) => {
    const warnings = format === 'csv' ? [] : notCarried(format, input); // nothing is lost in it
    const written = await exporters[format](input, temporary);
    return {
      files: written.files.map((file) => join(folder, relative(temporary, file))),
      warnings: [...warnings, ...written.warnings],
    };
  });
}

/** The only one with rejected labels. */
async function exportCsv({ labels }: ExportInput, folder: string): Promise<ExportResult> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'labels.csv');
  await writeLabels(path, labels);
  return { files: [path], warnings: [] };
}
