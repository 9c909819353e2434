/**
 * The whole job of the method on one bus, as the order of its steps: pre-train on what was drawn by hand, annotate the
 * clips, filter, main-train on what was accepted, and explain a few of the labels.
 */
import type { DetectorScores } from '../../../schemas/scores.ts';
import type { TrainStart } from '../../../schemas/train-job.ts';
import type { Problem } from '../../domain/formats/problem.ts';
import { clipContexts, labelsOf } from '../../domain/labels/labels.ts';
import type { ReviewedLabel } from '../../domain/labels/review.ts';
import { type ReviewFigures, reviewFigures } from '../../domain/labels/review-figures.ts';
import { annotate, type ClipOutcome } from './annotate.ts';
import { buildDataset } from './build-dataset.ts';
import type { RunContext } from './context.ts';
import { type Explained, explainLabels } from './explain-labels.ts';
import { type HandInput, publishHandDrawn } from './hand-drawn.ts';
import type { RunRecord } from './run-record.ts';
import { mainTrainOn, preTrain, type TrainPlan, type TrainResult } from './train-detector.ts';

export interface RunPlan extends HandInput, TrainPlan {
  /** What pre-training starts from. */
  readonly start: TrainStart;
  /** Called between annotation and main training; a person may review meanwhile. */
  readonly review: (outcomes: readonly ClipOutcome[]) => Promise<void>;
  /** How many labels are explained. */
  readonly explanations: number;
  /** Risk below which automatic review accepts. */
  readonly acceptBelow: number;
}

export interface RunResult {
  readonly outcomes: readonly ClipOutcome[];
  /** Boxes on frames that did not come out. */
  readonly problems: readonly Problem[];
  /** Boxes drawn by hand. */
  readonly handBoxes: number;
  /** By clip id. */
  readonly labels: ReadonlyMap<string, readonly ReviewedLabel[]>;
  /** Risk below which automatic review accepts. */
  readonly acceptBelow: number;
  /** The manifest that main training used; pre-training's where nothing could be added to it. */
  /** What review cost people, and what an audit found. */
  readonly review: ReviewFigures;
  readonly dataset: string;
  readonly pre: TrainResult;
  /** Of pre on the pictures that main was scored on, so that the two compare; on its own where there is no main. */
  readonly preScores: DetectorScores | null;
  /** Null where no label was accepted. */
  readonly main: TrainResult | null;
  readonly explained: readonly Explained[];
  /** By step. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** @throws UsageError where nothing was drawn by hand */
export async function runSteps(plan: RunPlan, context: RunContext, record: RunRecord): Promise<RunResult> {
  const { bus } = context;
  const { acceptBelow } = plan;
  const timed: RunRecord['timed'] = (step, work) => record.timed(step, work);
  const drawn = await timed('hand', () => publishHandDrawn(plan, context));
  const pre = await timed('pretrain', () => preTrain(drawn, plan, context));
  const outcomes = await timed('annotate', () => annotate(drawn.clips, context));
  await timed('review', () => plan.review(outcomes));
  const clips = outcomes.flatMap(({ input, tracked }) => (tracked ? [input.clip] : []));
  const labels = new Map<string, ReviewedLabel[]>();
  const contexts = await clipContexts(bus);
  for (const clip of clips) labels.set(clip, await labelsOf(bus, clip, contexts));
  const { dataset, pictures } = await buildDataset({ ...drawn, clips }, 'pictures', context);
  const main =
    pictures > drawn.hand.length
      ? await timed('maintrain', () => mainTrainOn(dataset, pre.model, plan, context))
      : null;
  const explained = await timed('explain', () =>
    explainLabels([...labels.values()].flat(), { most: plan.explanations, acceptBelow }, context),
  );
  return {
    outcomes,
    problems: drawn.problems,
    handBoxes: drawn.hand.reduce((sum, item) => sum + item.boxes.length, 0),
    preScores: main?.startScores ?? pre.scores,
    labels,
    acceptBelow,
    review: await reviewFigures(bus, [...labels.values()].flat()),
    dataset,
    pre,
    main,
    explained,
    seconds: { ...record.seconds },
  };
}
