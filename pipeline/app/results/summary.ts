/** `summary.json`: a run in numbers, for programs. */
import Type, { type Static } from 'typebox';
import type { DetectorScores } from '../../../schemas/scores.ts';
import { Causes, ClipId, Damage, Ledger, ModelId } from '../../../schemas/terms.ts';
import type { Problem } from '../../domain/formats/problem.ts';
import { replaceFile } from '../../runtime/replace.ts';
import type { ClipOutcome } from '../jobs/annotate.ts';
import type { RunResult } from '../jobs/run.ts';
import type { TrainResult } from '../jobs/train-detector.ts';
import { summaryFile } from './job-folder.ts';

export const ClipSummary = Type.Object({
  file: Type.String(),
  clip: ClipId,
  frames: Type.Integer({ minimum: 0, description: 'Frames decoded' }),
  ledger: Type.Union([Ledger, Type.Null()], { description: 'null where the clip failed' }),
  causes: Type.Union([Causes, Type.Null()], { description: 'Labels by cause; null where the clip failed' }),
  damage: Type.Optional(Damage),
  failure: Type.Optional(Type.String({ description: 'Why the clip failed' })),
});
export type ClipSummary = Static<typeof ClipSummary>;

const Share = Type.Number({ minimum: 0, maximum: 1 });

/**
 * Scores are on the held-out pictures, the same for both models; left out where nothing was held out. Most of these
 * carry the pipeline's own labels; `drawn` is on those that a person drew.
 */
export const ModelSummary = Type.Object({
  model: ModelId,
  promoted: Type.Boolean(),
  why: Type.String(),
  ap50: Type.Optional(Share),
  ap50_95: Type.Optional(Share),
  meanIoU: Type.Optional(Share),
  recall: Type.Optional(Share),
  images: Type.Optional(Type.Integer({ minimum: 0 })),
  drawn: Type.Optional(
    Type.Object(
      {
        images: Type.Integer({ minimum: 1 }),
        ap50: Share,
        ap50_95: Share,
        meanIoU: Share,
        recall: Share,
        interval: Type.Tuple([Share, Share], { description: 'Of ap50, 95 %: what so few pictures can say' }),
      },
      { description: 'On the held-out pictures that were drawn by hand: the figures to go by' },
    ),
  ),
});
export type ModelSummary = Static<typeof ModelSummary>;

const AuditShare = Type.Union(
  [Type.Object({ share: Share, low: Share, high: Share, asked: Type.Integer({ minimum: 1 }) }), Type.Null()],
  { description: 'With its 95 % interval; null where too few were asked for' },
);

/** What review cost people, and what an audit found. */
export const ReviewSummary = Type.Object({
  seconds: Type.Number({
    minimum: 0,
    description: 'Of people, over all decisions that say how long they took',
  }),
  accepted: Type.Integer({ minimum: 0, description: 'Labels that stand accepted or corrected by these' }),
  secondsPerAccepted: Type.Union([Type.Number({ minimum: 0 }), Type.Null()]),
  wrongLabels: AuditShare,
  missedAnimals: AuditShare,
  planted: Type.Object({
    shown: Type.Integer({ minimum: 0, description: 'Boxes that were put where no animal is' }),
    noticed: Type.Integer({ minimum: 0 }),
  }),
});
export type ReviewSummary = Static<typeof ReviewSummary>;

export const RunSummary = Type.Object({
  clips: Type.Array(ClipSummary),
  review: ReviewSummary,
  models: Type.Object({
    pre: ModelSummary,
    main: Type.Union([ModelSummary, Type.Null()], { description: 'null where no label was accepted' }),
  }),
  seconds: Type.Record(Type.String(), Type.Number({ minimum: 0 }), {
    description: 'Wall time by step, and in total',
  }),
  framesPerSecond: Type.Number({ minimum: 0, description: 'Of annotation' }),
  problems: Type.Array(Type.String(), { description: 'Hand-drawn boxes and pictures that were left out' }),
});
export type RunSummary = Static<typeof RunSummary>;

export function clipSummary({ input: { file, clip }, tracked, failure }: ClipOutcome): ClipSummary {
  return {
    file,
    clip,
    frames: tracked?.ledger.decoded ?? 0,
    ledger: tracked?.ledger ?? null,
    causes: tracked?.causes ?? null,
    ...(tracked?.damage && { damage: tracked.damage }),
    ...(failure === null ? {} : { failure }),
  };
}

/** @param totalSeconds wall time of the whole run */
export function summaryOf(
  { outcomes, review, pre, preScores, main, seconds }: RunResult,
  problems: readonly Problem[],
  totalSeconds: number,
): RunSummary {
  const clips = outcomes.map(clipSummary);
  const frames = clips.reduce((sum, clip) => sum + clip.frames, 0);
  const { audit, ...cost } = review;
  return {
    clips,
    review: { ...cost, ...audit },
    models: { pre: modelSummary(pre, preScores), main: main && modelSummary(main, main.scores) },
    seconds: { ...seconds, total: toHundredths(totalSeconds) },
    framesPerSecond: toHundredths(frames / Math.max(0.01, seconds.annotate ?? 0)),
    problems: problems.map((problem) => problem.message),
  };
}

function modelSummary(
  { model, promoted, why, drawn }: TrainResult,
  scores: DetectorScores | null,
): ModelSummary {
  return {
    model,
    promoted,
    why,
    ...scores,
    ...(drawn && { drawn: { ...drawn.scores, interval: drawn.interval } }),
  };
}

function toHundredths(value: number): number {
  return Math.round(100 * value) / 100;
}

export async function writeSummary(jobFolder: string, summary: RunSummary): Promise<void> {
  await replaceFile(summaryFile(jobFolder), `${JSON.stringify(summary, null, 2)}\n`);
}
