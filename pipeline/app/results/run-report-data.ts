/** Gathers what a run's report shows from the bus and from what the run found. */
import { basename, resolve } from 'node:path';
import Type from 'typebox';
import { Check } from 'typebox/value';
import project from '../../../package.json' with { type: 'json' };
import type { DetectorScores } from '../../../schemas/scores.ts';
import { fetchPicture } from '../../domain/datasets/store.ts';
import type { Problem } from '../../domain/formats/problem.ts';
import { readDetectorCard } from '../../domain/models/detector/card.ts';
import { type DetectorTraining, readDetectorTraining } from '../../domain/models/detector/training.ts';
import { fetchModel } from '../../domain/models/registry.ts';
import type { PicturedMistake } from '../../domain/scores/mistakes.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import type { ClipOutcome } from '../jobs/annotate.ts';
import type { RunResult } from '../jobs/run.ts';
import type { TrainResult } from '../jobs/train-detector.ts';
import { chooseSamples, samplesAClip } from '../report/choose-samples.ts';
import type {
  ClipReport,
  EpochReport,
  ExplanationReport,
  ModelReport,
  ReportData,
  Sample,
  TruthReport,
} from '../report/data.ts';
import type { LabelExplanation } from './explanations.ts';
import { clipFacts, labelRows } from './labels.ts';

export interface RunReportSources {
  readonly bus: Bus;
  /** Its name is the report's title. */
  readonly jobFolder: string;
  readonly command: string;
  readonly result: RunResult;
  /** Of the whole run. */
  readonly totalSeconds: number;
  readonly framesPerSecond: number;
  readonly explanations: readonly LabelExplanation[];
  readonly problems: readonly Problem[];
  readonly truth: TruthReport | null;
}

export async function runReportData(sources: RunReportSources): Promise<ReportData> {
  const { bus, jobFolder, command, result, totalSeconds, framesPerSecond, explanations, problems, truth } =
    sources;
  const { outcomes, pre, main, seconds } = result;
  const clips: ClipReport[] = [];
  for (const outcome of outcomes) clips.push(await clipReport(bus, outcome, result, outcomes.length));
  return {
    title: basename(resolve(jobFolder)),
    createdAt: new Date().toISOString(),
    version: project.version,
    command,
    seconds,
    totalSeconds,
    framesPerSecond,
    handBoxes: result.handBoxes,
    clips,
    review: result.review,
    pre: await detectorReportData(bus, pre, result.preScores),
    main: main && (await detectorReportData(bus, main)),
    promotion: main && { promoted: main.promoted, why: main.why },
    truth,
    explanations: explanations.flatMap(explanationReport),
    problems: problems.map(({ file, message }) => ({ file, message })),
  };
}

async function clipReport(
  bus: Bus,
  outcome: ClipOutcome,
  { labels: all, acceptBelow }: RunResult,
  clips: number,
): Promise<ClipReport> {
  const { input, tracked, failure } = outcome;
  const labels = labelRows(input.file, all.get(input.clip) ?? []);
  const samples: Sample[] = [];
  const labelled = new Set(labels.map((label) => label.frame));
  const frames = tracked?.ledger.decoded ?? 0;
  for (const sample of chooseSamples(labels, frames, samplesAClip(clips), acceptBelow)) {
    // Frames without a label are not kept.
    if (!labelled.has(sample.frame)) continue;
    samples.push({ ...sample, picture: await fetchPicture(bus, { clip: input.clip, index: sample.frame }) });
  }
  return {
    file: input.file,
    facts: tracked && clipFacts(tracked),
    ledger: tracked?.ledger ?? null,
    damage: tracked?.damage?.what ?? null,
    failure,
    labels,
    samples,
  };
}

/** @param scores to be shown; a training's own where not given */
export async function detectorReportData(
  bus: Bus,
  { model, history, scores: own, drawn }: TrainResult,
  scores: DetectorScores | null = own,
): Promise<ModelReport> {
  const files = await fetchModel(bus, model);
  const { id, network, start, trainedOn, verifier = null } = readDetectorCard(files);
  return {
    id,
    network,
    start,
    trainedOn,
    verifier,
    drawn,
    scores,
    history: history.map(epochReport),
    mistakes: await mistakeReports(bus, readDetectorTraining(files)),
  };
}

async function mistakeReports(
  bus: Bus,
  training: DetectorTraining | null,
): Promise<PicturedMistake[] | null> {
  if (!training) return null;
  const reports: PicturedMistake[] = [];
  for (const { picture: of, ...mistake } of training.mistakes) {
    const { name, width, height } = of;
    const picture = await fetchPicture(bus, of).catch(() => null); // it may have been deleted since
    reports.push({ ...mistake, name, picture, size: { width, height } });
  }
  return reports;
}

function epochReport({ epoch, loss, seconds, heldOut }: TrainResult['history'][number]): EpochReport {
  const scores = heldOut && { ap50: heldOut.ap50, ap50_95: heldOut.ap50_95, meanIoU: heldOut.meanIoU };
  return { epoch, loss, seconds, ...scores };
}

/** The part of an explanation's `result.json` that the report shows. */
const Result = Type.Object({
  trust: Type.Object({
    says: Type.String(),
    evidence: Type.String(),
    energyInBox: Type.Number(),
    boxShare: Type.Number(),
    centreBlob: Type.Object({ energyInBox: Type.Number() }),
  }),
});

function explanationReport({ name, files }: LabelExplanation): ExplanationReport[] {
  const png = files.get('figure.png');
  const result: unknown = JSON.parse(
    new TextDecoder().decode(files.get('result.json') ?? new Uint8Array([123, 125])),
  );
  if (!png || !Check(Result, result)) return [];
  const { says, evidence, energyInBox, boxShare, centreBlob } = result.trust;
  return [
    {
      name,
      png,
      verdict: says,
      trusted: evidence === 'in the box',
      figures: {
        'map in the box': energyInBox,
        'box in the picture': boxShare,
        'centre blob in the box': centreBlob.energyInBox,
      },
    },
  ];
}
