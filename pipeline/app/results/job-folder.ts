/** A job's folder: what a job leaves lies in it, and the store of its bus. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../runtime/errors.ts';

/** A job's folder unless `--out` names another. */
export const DEFAULT_JOB_FOLDER = 'shika-out';

/** Where the bus keeps its store and the stages write their logs. */
export function stateFolder(jobFolder: string): string {
  return join(jobFolder, '.shika');
}

export function logsFolder(jobFolder: string): string {
  return join(stateFolder(jobFolder), 'logs');
}

export function recordingsFolder(jobFolder: string): string {
  return join(jobFolder, 'recordings');
}

/** Folder of a model that a job leaves, e.g. `pre`, `main` or `classifier`. */
export function modelFolder(jobFolder: string, name: string): string {
  return join(jobFolder, 'models', name);
}

export function labelsFile(jobFolder: string): string {
  return join(jobFolder, 'labels.csv');
}

export function datasetFolder(jobFolder: string): string {
  return join(jobFolder, 'dataset');
}

export function explanationsFolder(jobFolder: string): string {
  return join(jobFolder, 'explanations');
}

export function reportFile(jobFolder: string): string {
  return join(jobFolder, 'report.html');
}

export function summaryFile(jobFolder: string): string {
  return join(jobFolder, 'summary.json');
}

/** Marks a folder as one that was made from other files: whoever searches those passes it over. */
export function markMade(folder: string): void {
  mkdirSync(stateFolder(folder), { recursive: true });
}

const stayingFile = (jobFolder: string) => join(stateFolder(jobFolder), 'stays');

/** Marks the store of `shika up`, so that no job begins anew on it. */
export function markStaying(jobFolder: string): void {
  mkdirSync(stateFolder(jobFolder), { recursive: true });
  writeFileSync(stayingFile(jobFolder), '');
}

/**
 * Before a job that begins anew erases the store.
 * @throws UsageError where it is that of `shika up`, with all its clips and labels
 */
export function refuseStaying(jobFolder: string): void {
  if (!existsSync(stayingFile(jobFolder))) return;
  throw new UsageError(`${jobFolder} holds the clips and labels of \`shika up\``, {
    expected: 'another --out for a job that begins anew',
  });
}
