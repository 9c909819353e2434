import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { Image } from '../../../schemas/image.ts';
import { outgoing } from '../../bus/envelope.ts';
import { reasonOf } from '../../errors.ts';
import { stem } from '../../formats/file-name.ts';
import { explain } from '../../job/jobs.ts';
import { Workplace } from '../../job/workplace.ts';
import { createLog } from '../../log/log.ts';
import { readDetectorCard } from '../../models/card.ts';
import { readModelFolder } from '../../models/files.ts';
import { activate, storeModel } from '../../models/registry.ts';
import { decodeImage, encodeJpeg, scaleToFit } from '../../vision/image.ts';
import { EXIT } from '../exit.ts';
import { interruption } from '../interrupt.ts';
import { busOptions, readSettings } from '../settings.ts';
import { give, say, terminalMeters } from '../terminal.ts';

interface ExplainFlags {
  readonly model: string;
  readonly method: 'gradcam';
  readonly truth?: string;
  readonly out: string;
  readonly config?: string;
  readonly json?: boolean;
}

const LONGEST_SIDE = 1280;

export function explainCommand(program: Command): void {
  program
    .command('explain')
    .argument('<image...>', 'pictures')
    .requiredOption('--model <folder>', 'the detector to ask')
    .option('--method <name>', 'gradcam', 'gradcam')
    .option('--truth <label>', 'the true label, to be shown beside the predicted one')
    .option('--out <folder>', 'where figures go', '.')
    .option('--config <file>', 'configuration file')
    .option('--json', 'print the result as JSON on the last line')
    .description('why a model sees what it sees in a picture')
    .action(async (paths: string[], flags: ExplainFlags) => {
      const model = await readModelFolder(flags.model);
      const { id } = readDetectorCard(model);
      const log = createLog('cli', 'warn');
      const stopped = interruption();
      const meters = terminalMeters(false);
      const place = await Workplace.open({
        folder: mkdtempSync(join(tmpdir(), 'shika-explain-')),
        keep: false,
        processes: { explainer: 1 },
        env: {},
        bus: busOptions(readSettings(flags.config)),
        log,
      });
      const { bus } = place;
      const results: { image: string; figure?: string; failure?: string }[] = [];
      try {
        await storeModel(bus, id, model);
        await activate(bus, 'detector', id, 'explain', null);
        await mkdir(flags.out, { recursive: true });
        const signal = AbortSignal.any([stopped, place.failed]);
        const meter = meters.start('explaining');
        for (const [i, path] of paths.entries()) {
          try {
            const raster = await scaleToFit(await decodeImage(await readFile(path), path), LONGEST_SIDE);
            const payload = await encodeJpeg(raster, 95);
            const clip = createHash('sha256').update(payload).digest('hex').slice(0, 16);
            const { width, height } = raster;
            await bus.publish(
              outgoing(Image, { clip, index: 0 }, { clip, index: 0, width, height }, { payload }),
            );
            const asked = {
              clip,
              index: 0,
              box: null,
              region: null,
              truth: flags.truth ?? null,
              model: id,
              method: flags.method,
            };
            const { job } = await explain(bus, asked, { update() {}, done() {} }, signal);
            const files = (await bus.objects.getFolder('explanations', job)) ?? new Map<string, Uint8Array>();
            for (const [file, content] of files) {
              await writeFile(
                join(flags.out, `${stem(path)}.${file === 'result.json' ? 'json' : file}`),
                content,
              );
            }
            results.push({ image: path, figure: join(flags.out, `${stem(path)}.figure.png`) });
          } catch (error) {
            signal.throwIfAborted();
            results.push({ image: path, failure: reasonOf(error) });
            say(`${path}: ${reasonOf(error)}`);
          }
          meter.update(i + 1, paths.length);
        }
        meter.done(`${results.filter((result) => result.figure).length} of ${paths.length} pictures`);
      } finally {
        meters.stop();
        await place.close();
      }
      give(
        flags.json ?? false,
        results,
        results.flatMap(({ figure }) => (figure ? [figure] : [])).join('\n'),
      );
      const failed = results.filter((result) => result.failure).length;
      if (failed > 0) process.exitCode = failed === results.length ? EXIT.failed : EXIT.partial;
    });
}
