import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readHand } from '../../../domain/formats/hand.ts';
import { labelsOf } from '../../../domain/labels/labels.ts';
import type { ReviewedLabel } from '../../../domain/labels/review.ts';
import { readDetectorCard } from '../../../domain/models/detector/card.ts';
import { readModelFolder } from '../../../domain/models/files.ts';
import { activate, storeModel } from '../../../domain/models/registry.ts';
import { anchorsOf, identifyClips, listClips, stateFolder } from '../../../ingest/folders/clip-input.ts';
import { UsageError } from '../../../runtime/errors.ts';
import { createLog } from '../../../runtime/log/log.ts';
import { processesFor } from '../../jobs/processes.ts';
import { annotated, preTrain, publishHand } from '../../jobs/run.ts';
import { startFor } from '../../jobs/start.ts';
import { Workplace } from '../../jobs/workplace.ts';
import { rowsOf, writeLabelsFile } from '../../results/outputs.ts';
import { busOptions, readSettings } from '../../settings.ts';
import { exitCodeOf } from '../exit.ts';
import { interruption } from '../interrupt.ts';
import { repeat } from '../repeat.ts';
import { give, say, terminalMeters } from '../terminal.ts';

interface AnnotateFlags {
  readonly hand: readonly string[];
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
  program
    .command('annotate')
    .argument('<clip...>', 'clips, or folders of clips')
    .option(
      '--hand <file>',
      'boxes drawn by hand, again for more: CSV, or a folder with COCO or YOLO labels',
      repeat,
      [],
    )
    .option('--model <folder>', 'detector that looks; without one, the hand-drawn boxes train one first')
    .option('--out <folder>', 'where labels.csv goes', 'shika-out')
    .option('--start <from>', 'weights that training starts from: yolox-nano, mobilenet-v2, or random')
    .option('--seed <n>', 'of training', Number, 1)
    .option('--steps <n>', 'training steps (default: the recipe’s)', Number)
    .option('--camera <name>', 'default: the clip’s folder')
    .option('--detectors <n>', 'detector processes (default: by cores)', Number)
    .option('--config <file>', 'configuration file')
    .option('--json', 'print the result as JSON on the last line')
    .description('label every frame of clips')
    .action(async (paths: string[], flags: AnnotateFlags) => {
      if (flags.hand.length === 0 && !flags.model) {
        throw new UsageError('nothing says what an animal looks like', {
          expected: '--hand with boxes, or --model with a detector',
        });
      }
      const settings = readSettings(flags.config);
      const log = createLog('cli', 'warn');
      const files = listClips(paths);
      const clips = await identifyClips(files, flags.camera);
      const hand = await readHand(flags.hand, files);
      for (const { message } of hand.problems) say(`left out: ${message}`);
      const model = flags.model === undefined ? undefined : await readModelFolder(flags.model);
      const stopped = interruption();
      const meters = terminalMeters(false);
      const place = await Workplace.open({
        folder: stateFolder(flags.out),
        keep: false,
        processes: processesFor(flags.detectors),
        env: flags.config ? { SHIKA_CONFIG: resolve(flags.config) } : {},
        bus: busOptions(settings),
        log,
      });
      const { bus } = place;
      try {
        const context = { bus, meters, log, signal: AbortSignal.any([stopped, place.failed]) };
        let anchored = clips.map((clip) => ({ ...clip, anchors: anchorsOf(clip.path, hand.anchors) }));
        if (model) {
          const { id } = readDetectorCard(model);
          await storeModel(bus, id, model);
          await activate(bus, 'detector', id, 'annotate', null);
        } else {
          const drawn = await publishHand({ clips, hand, quality: settings.decoder.quality }, context);
          await preTrain(
            drawn,
            { start: startFor(flags.start), seed: flags.seed, steps: flags.steps },
            context,
          );
          anchored = drawn.clips.map((clip) => ({ ...clip, anchors: [...clip.anchors] }));
        }
        const ends = await annotated(anchored, context);
        const labels = new Map<string, ReviewedLabel[]>();
        for (const { input, tracked } of ends)
          if (tracked) labels.set(input.clip, await labelsOf(bus, input.clip));
        const path = await writeLabelsFile(flags.out, rowsOf(ends, labels));
        const report = ends.map(({ input: { file, clip }, tracked, failure }) => ({
          file,
          clip,
          frames: tracked?.ledger.decoded ?? 0,
          ledger: tracked?.ledger ?? null,
          ...(failure === null ? {} : { failure }),
        }));
        const lines = report.map(({ file, frames, failure }) => `${file}: ${failure ?? `${frames} frames`}`);
        give(
          flags.json ?? false,
          { clips: report, labels: path },
          [...lines, `labels in ${path}`].join('\n'),
        );
        process.exitCode = exitCodeOf(report);
      } finally {
        meters.stop();
        await place.close();
      }
    });
}
