import { styleText } from 'node:util';
import { type Command, Option } from 'commander';
import { type ModelFiles, readModelFolder } from '../../../domain/models/files.ts';
import { fetchActiveModel, storeActiveDetector } from '../../../domain/models/stored-models.ts';
import type { AnchoredClip } from '../../../ingest/announce.ts';
import { anchorsOfClip } from '../../../ingest/folders/anchors.ts';
import { readCameraKnowledge } from '../../../ingest/options.ts';
import { UsageError } from '../../../runtime/errors.ts';
import type { OwnedFolder } from '../../../runtime/supervisor/owned-folder.ts';
import { annotate } from '../../jobs/annotate.ts';
import { publishHandDrawn } from '../../jobs/hand-drawn.ts';
import type { JobInput } from '../../jobs/job-input.ts';
import { processesFor } from '../../jobs/processes.ts';
import { startFor } from '../../jobs/start.ts';
import { preTrain } from '../../jobs/train-detector.ts';
import { type WrittenAnnotation, writeAnnotation } from '../../results/annotation.ts';
import { readSettings } from '../../settings.ts';
import { type JobContext, withBus, withJobFolder, withJobPipeline } from '../bus-access.ts';
import { openJobInput } from '../open-input.ts';
import {
  camera,
  config,
  detectors,
  hand,
  jobFolder,
  json,
  seed,
  start,
  steps,
  trackerMethod,
  withOptions,
} from '../options.ts';
import { Outcome } from '../outcome.ts';
import { printResult } from '../terminal.ts';

interface AnnotateFlags {
  readonly hand?: readonly string[];
  readonly model?: string;
  readonly out: string;
  /** The configuration's where not given. */
  readonly tracker?: 'hindsight' | 'note';
  readonly start?: string;
  readonly seed: number;
  readonly steps?: number;
  readonly camera?: string;
  readonly detectors?: number;
  readonly config?: string;
  readonly json?: boolean;
}

export function annotateCommand(program: Command): void {
  withOptions(
    program.command('annotate').argument('<clip...>', 'clips, or folders of clips'),
    hand(),
    new Option(
      '--model <folder>',
      'detector that looks (default: hand-drawn boxes train one; without any, the job’s active one)',
    ),
    jobFolder('the job’s folder, where labels.csv goes'),
    start(),
    seed(),
    steps(),
    trackerMethod(),
    camera(),
    detectors(),
    config(),
    json(),
  )
    .description('label every frame of clips')
    .action(async (paths: string[], flags: AnnotateFlags) => {
      const outcome = new Outcome();
      const written = await withJobFolder(flags, (folder) => annotateClips(folder, paths, flags, outcome));
      printResult(flags.json, written, annotationText(written));
      outcome.end(written.clips);
    });
}

async function annotateClips(
  folder: OwnedFolder,
  paths: readonly string[],
  flags: AnnotateFlags,
  outcome: Outcome,
): Promise<WrittenAnnotation> {
  const { out, config, detectors, hand = [] } = flags;
  const model = await modelFor(folder, flags);
  const input = await openJobInput(paths, hand, flags.camera);
  outcome.note(input.notes);
  outcome.leaveOut(input.problems);
  const known = await readCameraKnowledge(readSettings(config).cameras);
  const env = flags.tracker ? { SHIKA_TRACKER_METHOD: flags.tracker } : {};
  return withJobPipeline({ out, folder, config, stages: processesFor(detectors), env }, async (context) => {
    if (model) await storeActiveDetector(context.bus, model, 'annotate');
    const anchored = input.clips.map((clip) => ({
      ...clip,
      anchors: anchorsOfClip(clip.path, input.hand.anchors),
    }));
    const clips = model ? anchored : await trainFirst(input, flags, context, outcome);
    const outcomes = await annotate(clips, { ...context, known });
    return writeAnnotation(context.bus, out, [...outcomes, ...input.refused]);
  });
}

/**
 * The detector that looks: the one that is given, else the active one of the job's folder, which begins anew with it.
 * @returns null where hand-drawn boxes train one first
 */
async function modelFor(
  owned: OwnedFolder,
  { model, hand = [], out, config }: AnnotateFlags,
): Promise<ModelFiles | null> {
  if (model !== undefined) return readModelFolder(model);
  if (hand.length > 0) return null;
  const isThere = process.env.NATS_URL !== undefined || owned.isUsed;
  const active = isThere
    ? await withBus({ out, config }, ({ bus }) => fetchActiveModel(bus, 'detector'), { owned })
    : null;
  if (active) return active;
  throw new UsageError('there is neither a model nor a hand-drawn box', {
    expected: `--hand with boxes, --model with a detector, or one that \`shika models put FOLDER --out ${out}\` made active`,
  });
}

async function trainFirst(
  input: JobInput,
  { start, seed, steps }: AnnotateFlags,
  context: JobContext,
  outcome: Outcome,
): Promise<readonly AnchoredClip[]> {
  const { quality } = context.settings.decoder;
  const drawn = await publishHandDrawn({ ...input, quality }, context);
  outcome.leaveOut(drawn.problems);
  await preTrain(drawn, { start: startFor(start), seed, steps }, context);
  return drawn.clips;
}

function annotationText({ clips, labels, animals }: WrittenAnnotation): string {
  const lines = clips.map(({ file, frames, failure, damage }) => {
    const line = `${file}: ${failure ?? `${frames} frames`}`;
    return damage ? `${line}; ${styleText('yellow', `damaged: ${damage.what}`)}` : line;
  });
  const frames = clips.reduce((sum, clip) => sum + clip.frames, 0);
  const where = `animals on ${animals.frames} of ${frames} frames, in ${animals.clips} of ${clips.length} clips`;
  return [...lines, where, `labels in ${labels}`].join('\n');
}
