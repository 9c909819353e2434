/**
 * The whole job of the method on one bus: pre-train on what was drawn by hand, annotate the clips, filter, main-train
 * on what was accepted, and explain a few of the labels.
 */
import type { DatasetItem } from '../../../schemas/dataset.ts';
import type { TrainJob } from '../../../schemas/train-job.ts';
import { fetchHandDrawn, storeHandDrawn } from '../../domain/datasets/store.ts';
import type { HandBoxes } from '../../domain/formats/hand.ts';
import { labelNames } from '../../domain/formats/label-row.ts';
import { labelsOf, trackedClips } from '../../domain/labels/labels.ts';
import type { ReviewedLabel } from '../../domain/labels/review.ts';
import { activeModel } from '../../domain/models/registry.ts';
import type { AnchoredClip } from '../../ingest/announce.ts';
import { anchorsOfClip } from '../../ingest/folders/anchors.ts';
import type { ClipInput } from '../../ingest/folders/clip-files.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { reasonOf, UsageError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log/log.ts';
import { annotate, type ClipEnd } from './annotate.ts';
import { publishAnchors, publishStills } from './hand-pictures.ts';
import { buildDataset, explain, type JobEnd, type TrainEnd, train } from './jobs.ts';
import type { Meters } from './progress.ts';
import type { RunRecord } from './run-record.ts';

export interface RunPlan {
  readonly clips: readonly ClipInput[];
  readonly hand: HandBoxes;
  /** What pre-training starts from. */
  readonly start: TrainJob['start'];
  readonly seed: number;
  /** Training steps in all; the recipe's where not given. */
  readonly steps?: number | undefined;
  /** JPEG quality of frames. */
  readonly quality: number;
  /** Called between annotation and main training; a person may review meanwhile. */
  readonly review: (ends: readonly ClipEnd[]) => Promise<void>;
  /** How many labels are explained. */
  readonly explanations: number;
}

export interface RunContext {
  readonly bus: Bus;
  readonly meters: Meters;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Whether a run that was cut short goes on: trainings that have ended are not done again. */
  readonly goesOn?: boolean;
}

export interface Explained extends JobEnd {
  /** Folder in the object store `explanations`. */
  readonly job: string;
  readonly label: ReviewedLabel;
}

/** On held-out pictures. */
export interface ModelScores {
  readonly images: number;
  readonly ap50: number;
  readonly ap50_95: number;
  readonly meanIoU: number;
  readonly recall: number;
}

export interface RunResult {
  readonly ends: readonly ClipEnd[];
  /** Boxes drawn by hand. */
  readonly handBoxes: number;
  /** By clip id. */
  readonly labels: ReadonlyMap<string, readonly ReviewedLabel[]>;
  /** The manifest that main training used; pre-training's where nothing could be added to it. */
  readonly dataset: string;
  readonly pre: TrainEnd;
  /** Of pre on the pictures that main was scored on, so that the two compare; on its own where there is no main. */
  readonly preScores: ModelScores | null;
  /** Null where no label was accepted. */
  readonly main: TrainEnd | null;
  readonly explained: readonly Explained[];
  /** By step. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** @throws UsageError where nothing was drawn by hand */
export async function runJob(plan: RunPlan, context: RunContext, record: RunRecord): Promise<RunResult> {
  const { bus, meters, signal } = context;
  const timed: RunRecord['timed'] = (step, work) => record.timed(step, work);
  const drawn = await timed('hand', () => publishHand(plan, context));
  const pre = await timed('pretrain', () => preTrain(drawn, plan, context));
  const ends = await timed('annotate', () => annotated(drawn.clips, context));
  await timed('review', () => plan.review(ends));
  const tracked = ends.flatMap(({ input, tracked }) => (tracked ? [input.clip] : []));
  const labels = new Map<string, ReviewedLabel[]>();
  for (const clip of tracked) labels.set(clip, await labelsOf(bus, clip));
  const set = await buildDataset(bus, { ...drawn, clips: tracked }, meters.start('dataset'), signal);
  const start = { from: 'model', model: pre.model } as const;
  const main =
    set.pictures > drawn.hand.length
      ? await timed('maintrain', () =>
          trained(context, 'main', { dataset: set.dataset, start, seed: plan.seed, ...stepsOf(plan.steps) }),
        )
      : null;
  const explained = await timed('explain', () =>
    explainSome([...labels.values()].flat(), plan.explanations, context),
  );
  const handBoxes = drawn.hand.reduce((sum, item) => sum + item.boxes.length, 0);
  return {
    ends,
    handBoxes,
    preScores: (main && scoresOf(main, 'start.')) ?? scoresOf(pre),
    labels,
    dataset: set.dataset,
    pre,
    main,
    explained,
    seconds: { ...record.seconds },
  };
}

/** What was drawn by hand, on the bus. */
export interface Drawn {
  readonly hand: readonly DatasetItem[];
  readonly clips: readonly AnchoredClip[];
  readonly classes: readonly string[];
}

/**
 * Puts stills and anchored frames on the bus, and remembers them there for later training.
 * @param holdOut whether some stills are kept back to score on
 * @throws UsageError where there is no box among them
 */
export async function publishHand(
  plan: Pick<RunPlan, 'clips' | 'hand' | 'quality'>,
  context: RunContext,
  holdOut = true,
): Promise<Drawn> {
  const { bus, meters, log } = context;
  const meter = meters.start('reading what was drawn by hand');
  const hand = await publishStills(bus, plan.hand.stills, holdOut);
  const clips: AnchoredClip[] = [];
  for (const clip of plan.clips) {
    const anchors = anchorsOfClip(clip.path, plan.hand.anchors);
    clips.push({ ...clip, anchors });
    try {
      hand.push(...(await publishAnchors(bus, clip, anchors, plan.quality)));
    } catch (error) {
      // The decoder will meet the same fault and report it with the clip.
      log.warn({ file: clip.file, why: reasonOf(error) }, 'hand-drawn boxes of this clip are not trained on');
    }
  }
  const boxes = hand.flatMap((item) => item.boxes);
  if (boxes.length === 0) {
    throw new UsageError('there is no hand-drawn box to learn from', {
      expected: '--hand with a folder of pictures and boxes, or a CSV of boxes on a clip',
    });
  }
  const classes = labelNames(boxes);
  await storeHandDrawn(bus, { classes, items: hand });
  meter.done(`${hand.length} pictures, ${boxes.length} boxes`);
  return { hand, clips, classes };
}

/** Trains on what was drawn by hand alone. */
export async function preTrain(
  { hand, classes }: Pick<Drawn, 'hand' | 'classes'>,
  { start, seed, steps }: Pick<RunPlan, 'start' | 'seed' | 'steps'>,
  context: RunContext,
): Promise<TrainEnd> {
  const { bus, meters, signal } = context;
  const { dataset } = await buildDataset(
    bus,
    { hand, clips: [], classes },
    meters.start('hand-drawn pictures'),
    signal,
  );
  return trained(context, 'pre', { dataset, start, seed, ...stepsOf(steps) });
}

/** Trains on what was drawn by hand and on the accepted labels of all clips, from the active model. */
export async function mainTrain(
  { seed, steps }: Pick<RunPlan, 'seed' | 'steps'>,
  context: RunContext,
): Promise<TrainEnd> {
  const { bus, meters, signal } = context;
  const clips = (await trackedClips(bus)).map(({ clip }) => clip);
  const active = await activeModel(bus, 'detector');
  if (!active)
    throw new UsageError('there is no active model to train on from', {
      expected: '`shika train pre` first',
    });
  const { items, classes } = await fetchHandDrawn(bus);
  const { dataset } = await buildDataset(
    bus,
    { hand: items, clips, classes },
    meters.start('dataset'),
    signal,
  );
  return trained(context, 'main', {
    dataset,
    start: { from: 'model', model: active.model },
    seed,
    ...stepsOf(steps),
  });
}

/** A training's scores on what was held out, of its result or (`start.`) of what it began with; null: nothing was. */
export function scoresOf({ figures }: JobEnd, of: '' | 'start.' = ''): ModelScores | null {
  const [images, ap50, ap50_95, meanIoU, recall] = ['images', 'ap50', 'ap50_95', 'meanIoU', 'recall'].map(
    (name) => figures[of + name],
  );
  if (images === undefined || ap50 === undefined || ap50_95 === undefined) return null;
  return { images, ap50, ap50_95, meanIoU: meanIoU ?? 0, recall: recall ?? 0 };
}

function stepsOf(steps: number | undefined): { steps?: number } {
  return steps === undefined ? {} : { steps };
}

async function trained(
  { bus, meters, signal, goesOn = false }: RunContext,
  kind: TrainJob['kind'],
  of: Omit<TrainJob, 'job' | 'kind'>,
): Promise<TrainEnd> {
  const meter = meters.start(kind === 'pre' ? 'pre-training' : 'main training');
  const end = await train(bus, { kind, ...of }, meter, signal, { answered: goesOn });
  const { ap50, meanIoU } = end.figures;
  const scores =
    ap50 === undefined
      ? 'nothing held out'
      : `held-out AP50 ${ap50.toFixed(3)}, mean IoU ${meanIoU?.toFixed(3)}`;
  meter.done(`${scores}; ${end.promoted ? 'active now' : 'not promoted'}: ${end.why}`);
  return end;
}

export async function annotated(
  clips: readonly AnchoredClip[],
  { bus, meters, signal, log }: RunContext,
): Promise<ClipEnd[]> {
  const meter = meters.start('annotating');
  const ends = await annotate(bus, clips, { meter, signal, log });
  const frames = ends.reduce((sum, { tracked }) => sum + (tracked?.ledger.decoded ?? 0), 0);
  const failed = ends.filter((end) => end.failure !== null).length;
  meter.done(`${frames} frames of ${ends.length - failed} clips${failed > 0 ? `, ${failed} failed` : ''}`);
  return ends;
}

async function explainSome(
  labels: readonly ReviewedLabel[],
  most: number,
  { bus, meters, signal, log }: RunContext,
): Promise<Explained[]> {
  if (most === 0 || labels.length === 0) return [];
  const meter = meters.start('explaining');
  const explained: Explained[] = [];
  const chosen = spread(labels, most);
  for (const [i, label] of chosen.entries()) {
    const { clip, index, region, label: truth } = label.track;
    try {
      const of = {
        clip,
        index,
        box: [...label.box] as [number, number, number, number],
        region,
        truth,
        model: null,
        method: 'gradcam' as const,
      };
      explained.push({ ...(await explain(bus, of, meter, signal)), label });
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ clip, index, err: error }, 'not explained');
    }
    meter.update(i + 1, chosen.length);
  }
  meter.done(`${explained.length} labels`);
  return explained;
}

/** The riskiest label that the detector found, and others evenly over the rest. */
function spread(labels: readonly ReviewedLabel[], most: number): ReviewedLabel[] {
  const detected = labels.filter((label) => label.track.cause === 'detected');
  const from = detected.length > 0 ? detected : labels;
  const riskiest = from.reduce((worst, label) => (label.risk > worst.risk ? label : worst));
  const rest = from.filter((label) => label !== riskiest);
  const others = Math.min(most - 1, rest.length);
  const even = Array.from(
    { length: others },
    (_, i) => rest[Math.floor(((i + 0.5) * rest.length) / others)]!,
  );
  return [riskiest, ...even];
}
