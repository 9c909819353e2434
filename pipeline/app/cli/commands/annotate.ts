import { styleText } from 'node:util';
import { type Command, Option } from 'commander';
import { readModelFolder } from '../../../domain/models/files.ts';
import { storeActiveDetector } from '../../../domain/models/stored-models.ts';
import { anchorsOfClip } from '../../../ingest/folders/anchors.ts';
import { readCameraKnowledge } from '../../../ingest/options.ts';
import { UsageError } from '../../../runtime/errors.ts';
import { annotate } from '../../jobs/annotate.ts';
import { publishHandDrawn } from '../../jobs/hand-drawn.ts';
import { type JobInput, readJobInput } from '../../jobs/job-input.ts';
import { processesFor } from '../../jobs/processes.ts';
import { startFor } from '../../jobs/start.ts';
import { preTrain } from '../../jobs/train-detector.ts';
import { type WrittenAnnotation, writeAnnotation } from '../../results/annotation.ts';
import { readSettings } from '../../settings.ts';
import { type JobContext, withJobPipeline } from '../bus-access.ts';
import { exitCodeOf } from '../exit.ts';
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
  withOptions,
} from '../options.ts';
import { printProblems, printResult } from '../terminal.ts';

interface AnnotateFlags {
  readonly hand?: readonly string[];
  readonly model?: string;
  readonly out: string;
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
    new Option('--model <folder>', 'detector that looks; without one, the hand-drawn boxes train one first'),
    jobFolder('the job’s folder, where labels.csv goes'),
    start(),
    seed(),
    steps(),
    camera(),
    detectors(),
    config(),
    json(),
  )
    .description('label every frame of clips')
    .action(async (paths: string[], flags: AnnotateFlags) => {
      const written = await annotateClips(paths, flags);
      printResult(flags.json, written, annotationText(written));
      process.exitCode = exitCodeOf(written.clips);
    });
}

async function annotateClips(paths: readonly string[], flags: AnnotateFlags): Promise<WrittenAnnotation> {
  const { out, config, detectors, hand = [] } = flags;
  if (hand.length === 0 && !flags.model) {
    throw new UsageError('there is neither a model nor a hand-drawn box', {
      expected: '--hand with boxes, or --model with a detector',
    });
  }
  const input = await readJobInput(paths, hand, flags.camera);
  printProblems(input.hand.problems);
  const known = await readCameraKnowledge(readSettings(config).cameras);
  const model = flags.model === undefined ? null : await readModelFolder(flags.model);
  return withJobPipeline({ out, config, stages: processesFor(detectors) }, async (context) => {
    if (model) await storeActiveDetector(context.bus, model, 'annotate');
    else await trainFirst(input, flags, context);
    const clips = input.clips.map((clip) => ({
      ...clip,
      anchors: anchorsOfClip(clip.path, input.hand.anchors),
    }));
    return writeAnnotation(context.bus, out, await annotate(clips, { ...context, known }));
  });
}

async function trainFirst(
  input: JobInput,
  { start, seed, steps }: AnnotateFlags,
  context: JobContext,
): Promise<void> {
  const { quality } = context.settings.decoder;
  const drawn = await publishHandDrawn({ ...input, quality }, context);
  await preTrain(drawn, { start: startFor(start), seed, steps }, context);
}

function annotationText({ clips, labels }: WrittenAnnotation): string {
  const lines = clips.map(({ file, frames, failure, damage }) => {
    const line = `${file}: ${failure ?? `${frames} frames`}`;
    return damage ? `${line}; ${styleText('yellow', `damaged: ${damage.what}`)}` : line;
  });
  return [...lines, `labels in ${labels}`].join('\n');
}
