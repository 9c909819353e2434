import { resolve } from 'node:path';
import { watch } from 'chokidar';
import type { Command } from 'commander';
import { reasonOf, UsageError } from '../../errors.ts';
import { announce } from '../../job/annotate.ts';
import { identifyClips, isClipFile, stateFolder } from '../../job/clip-input.ts';
import { Workplace } from '../../job/workplace.ts';
import { createLog, type LogLevel } from '../../log/log.ts';
import { EXIT } from '../exit.ts';
import { interruption } from '../interrupt.ts';
import { processesFor } from '../processes.ts';
import { repeat } from '../repeat.ts';
import { busOptions, readSettings } from '../settings.ts';

interface UpFlags {
  readonly watch: readonly string[];
  readonly dir: string;
  /** False: the stages run elsewhere. */
  readonly stages: boolean;
  readonly camera?: string;
  readonly detectors?: number;
  readonly config?: string;
}

/** A file that has not grown for so long has been written to its end, milliseconds. */
const SETTLED_MS = 2_000;

export function upCommand(program: Command): void {
  program
    .command('up')
    .option(
      '--watch <folder>',
      'take the clips that are there and those that come; again for more',
      repeat,
      [],
    )
    .option('--dir <folder>', 'where the bus keeps its store', 'shika-data')
    .option('--camera <name>', 'default: the clip’s folder')
    .option('--detectors <n>', 'detector processes (default: by cores)', Number)
    .option('--no-stages', 'only tell the bus that NATS_URL names of the clips; the stages run elsewhere')
    .option('--config <file>', 'configuration file')
    .description('the same stages, staying up')
    .action(async (flags: UpFlags) => {
      const settings = readSettings(flags.config);
      const log = createLog('up', settings.log.level as LogLevel);
      const stopped = interruption();
      const place = await Workplace.open({
        folder: stateFolder(flags.dir),
        keep: true,
        processes: flags.stages ? processesFor(flags.detectors) : {},
        env: flags.config ? { SHIKA_CONFIG: resolve(flags.config) } : {},
        bus: busOptions(settings),
        log,
      });
      log.info({ server: place.bus.serverVersion, watch: flags.watch, dir: flags.dir }, 'up');
      const arrive = async (path: string) => {
        if (!isClipFile(path)) return;
        try {
          for (const input of await identifyClips([resolve(path)], flags.camera)) {
            const stored = await announce(place.bus, { ...input, anchors: [] }, stopped);
            log.info(
              { clip: input.clip, file: input.file },
              stored === 'stored' ? 'arrived' : 'arrived before',
            );
          }
        } catch (error) {
          log.warn({ file: path, why: reasonOf(error) }, 'not taken');
        }
      };
      const watcher = watch([...flags.watch], {
        depth: 0,
        awaitWriteFinish: { stabilityThreshold: SETTLED_MS },
      });
      watcher.on('add', (path) => void arrive(path));
      watcher.on('error', (error) => log.warn({ why: reasonOf(error) }, 'watching'));
      const signal = AbortSignal.any([stopped, place.failed]);
      await new Promise<void>((done) => {
        if (signal.aborted) done();
        else signal.addEventListener('abort', () => done(), { once: true });
      });
      await watcher.close();
      await place.close();
      if (place.failed.aborted) throw new UsageError(reasonOf(place.failed.reason));
      process.exit(EXIT.ok);
    });
}
