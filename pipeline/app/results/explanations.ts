/** `explanations/`: why the detector saw what it saw, for some of the labels. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explanationFiles } from '../../../schemas/explain-job.ts';
import { frameName, stem } from '../../domain/formats/file-name.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { replaceFile, replaceFolder } from '../../runtime/replace.ts';
import type { Explained } from '../jobs/explain-labels.ts';
import { explanationsFolder } from './job-folder.ts';

/** The files of an explanation by name. */
export type ExplanationFiles = ReadonlyMap<string, Uint8Array>;

export interface LabelExplanation {
  /** E.g. `deer-000042.1`: clip, frame and track. */
  readonly name: string;
  readonly files: ExplanationFiles;
}

/** @param job its folder in the object store */
export async function fetchExplanation(bus: Bus, job: string): Promise<ExplanationFiles> {
  return bus.objects.getFiles('explanations', job, explanationFiles);
}

/** On disk: `<name>.figure.png`, `<name>.overlay.png`, `<name>.json`. */
function fileName(name: string, file: string): string {
  return `${name}.${file === 'result.json' ? 'json' : file}`;
}

/** Adds an explanation to a folder. */
export async function writeExplanation(folder: string, name: string, files: ExplanationFiles): Promise<void> {
  for (const [file, content] of files) await replaceFile(join(folder, fileName(name, file)), content);
}

/**
 * Replaces `explanations/`.
 * @param fileOf the file of a clip by its id
 */
export async function writeExplanations(
  bus: Bus,
  jobFolder: string,
  explained: readonly Explained[],
  fileOf: (clip: string) => string,
): Promise<LabelExplanation[]> {
  const explanations: LabelExplanation[] = [];
  for (const { job, label } of explained) {
    const { clip, index, track } = label.track;
    const name = `${frameName(stem(fileOf(clip)), index)}.${track}`;
    explanations.push({ name, files: await fetchExplanation(bus, job) });
  }
  await replaceFolder(explanationsFolder(jobFolder), async (folder) => {
    for (const { name, files } of explanations) {
      for (const [file, content] of files) await writeFile(join(folder, fileName(name, file)), content);
    }
  });
  return explanations;
}
