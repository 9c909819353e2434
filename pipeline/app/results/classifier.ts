/** What training a classifier leaves: the model, with a page on its training beside it. */
import { join } from 'node:path';
import { readClassifierCard } from '../../domain/models/classifier/card.ts';
import {
  type ClassifierTraining,
  readClassifierTraining,
  withClassifierTraining,
} from '../../domain/models/classifier/training.ts';
import { writeModelFolder } from '../../domain/models/files.ts';
import { fetchModel } from '../../domain/models/registry.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { FatalError } from '../../runtime/errors.ts';
import type { ClassifierTrainResult } from '../jobs/train-classifier.ts';
import { classifierReportData } from './classifier-report-data.ts';
import { typedCommand, writeClassifierReport } from './report.ts';

/** What a program gets. Shares and probabilities are 0..1; scores are null where nothing was held out. */
export interface ClassifierSummary {
  readonly accuracy: number | null;
  readonly perClass: NonNullable<ClassifierTraining['scores']>['perClass'] | null;
  readonly classes: readonly string[];
  readonly confusion: NonNullable<ClassifierTraining['scores']>['confusion'] | null;
  readonly calibration: NonNullable<ClassifierTraining['scores']>['calibration'] | null;
  readonly mistakes: NonNullable<ClassifierTraining['scores']>['mistakes'] | null;
  readonly model: string;
  readonly promoted: boolean;
  readonly why: string;
  readonly out: string;
  readonly recipe: string;
  /** Of MobileNetV2's channels. */
  readonly alpha: number;
  readonly backend: string;
  readonly examples: number;
  /** Pictures that were left out, and why. */
  readonly problems: ClassifierTraining['leftOut'];
}

export interface WrittenClassifier {
  readonly summary: ClassifierSummary;
  readonly training: ClassifierTraining;
  /** Path of the page. */
  readonly report: string;
}

/** @param folder of the model; `report.html` lies in it */
export async function writeClassifier(
  bus: Bus,
  folder: string,
  trained: ClassifierTrainResult,
): Promise<WrittenClassifier> {
  const stored = await fetchModel(bus, trained.model);
  const known = readClassifierTraining(stored);
  if (!known) throw new FatalError(`model ${trained.model} does not say how it was trained`);
  const training = { ...known, leftOut: [...trained.unreadable, ...known.leftOut] };
  const files = withClassifierTraining(stored, training);
  await writeModelFolder(folder, files);
  const report = join(folder, 'report.html');
  const source = { files, training, trained, command: typedCommand() };
  await writeClassifierReport(report, await classifierReportData(bus, source));
  const { id, alpha, trainedOn } = readClassifierCard(files);
  const { scores, recipe, backend, leftOut } = training;
  const summary: ClassifierSummary = {
    accuracy: scores?.accuracy ?? null,
    perClass: scores?.perClass ?? null,
    classes: training.classes.map(({ name }) => name),
    confusion: scores?.confusion ?? null,
    calibration: scores?.calibration ?? null,
    mistakes: scores?.mistakes ?? null,
    model: id,
    promoted: trained.promoted,
    why: trained.why,
    out: folder,
    recipe,
    alpha,
    backend,
    examples: trainedOn.examples,
    problems: leftOut,
  };
  return { summary, training, report };
}
