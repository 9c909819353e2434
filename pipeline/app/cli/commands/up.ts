import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { watch } from 'chokidar';
import type { Command } from 'commander';
import { type Camera, keepRecording, readCamera } from '../../../ingest/cameras/camera.ts';
import { Recordings } from '../../../ingest/cameras/recordings.ts';
import {
  type ClipInput,
  identifyClips,
  isClipFile,
  stateFolder,
} from '../../../ingest/folders/clip-input.ts';
import type { Bus } from '../../../runtime/bus/bus.ts';
import { reasonOf, UsageError } from '../../../runtime/errors.ts';
import { createLog, type Logger, type LogLevel } from '../../../runtime/log/log.ts';
import { announce } from '../../jobs/annotate.ts';
import { processesFor } from '../../jobs/processes.ts';
import { Workplace } from '../../jobs/workplace.ts';
import { busOptions, readSettings } from '../../settings.ts';
import { EXIT } from '../exit.ts';
import { interruption } from '../interrupt.ts';
import { repeat } from '../repeat.ts';

interface UpFlags {
  readonly watch: readonly string[];
  readonly rtsp: readonly Camera[];
  readonly segment: number;
  readonly keep: number;
  readonly dir: string;
  /** False: the stages run elsewhere. */
  readonly stages: boolean;
  readonly camera?: string;
  readonly detectors?: number;
  readonly config?: string;
}

/** A file that has not grown for so long has been written to its end, milliseconds. */
const SETTLED_MS = 2_000;
/** A camera that is silent for so long is lost, seconds. */
const SILENT_S = 15;
const SWEEP_MS = 60_000;

export function upCommand(program: Command): void {
  program
    .command('up')
    .option(
      '--watch <folder>',
      'take the clips that are there and those that come; again for more',
      repeat,
      [],
    )
    .option(
      '--rtsp <address>',
      'record this camera and take its clips: rtsp://…, or NAME=rtsp://… to name it; again for more',
      (text: string, before: readonly Camera[]) => [...before, readCamera(text)],
      [],
    )
    .option('--segment <seconds>', 'length of a recorded clip', Number, 60)
    .option('--keep <hours>', 'how long a recording stays once the pipeline has done with it', Number, 24)
    .option('--dir <folder>', 'where the bus keeps its store, and recordings lie', 'shika-data')
    .option('--camera <name>', 'of watched clips; default: the clip’s folder')
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
      const cameras = flags.rtsp.map(({ name }) => name);
      log.info({ server: place.bus.serverVersion, watch: flags.watch, cameras, dir: flags.dir }, 'up');
      const signal = AbortSignal.any([stopped, place.failed]);
      await Promise.all([
        watchFolders(flags, place.bus, signal, log),
        recordAll(flags, place.bus, signal, log),
      ]);
      await place.close();
      if (place.failed.aborted) throw new UsageError(reasonOf(place.failed.reason));
      process.exit(EXIT.ok);
    });
}

/** Takes clips until the signal is aborted. */
async function watchFolders(flags: UpFlags, bus: Bus, signal: AbortSignal, log: Logger): Promise<void> {
  const watcher = watch([...flags.watch], { depth: 0, awaitWriteFinish: { stabilityThreshold: SETTLED_MS } });
  watcher.on('add', (path) => void arrive(path, flags.camera, bus, signal, log));
  watcher.on('error', (error) => log.warn({ why: reasonOf(error) }, 'watching'));
  await aborted(signal);
  await watcher.close();
}

/** Records cameras until the signal is aborted. */
async function recordAll(flags: UpFlags, bus: Bus, signal: AbortSignal, log: Logger): Promise<void> {
  const recordings = new Recordings(flags.keep);
  const folderOf = ({ name }: Camera) => join(resolve(flags.dir), 'recordings', name);
  const folders = flags.rtsp.map(folderOf);
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  // A recording lies in its folder once it is complete; those of an earlier time are taken as well.
  const watcher = watch(folders, { depth: 0 });
  watcher.on('add', async (path) => {
    const input = await arrive(path, undefined, bus, signal, log);
    if (input) recordings.add(input);
  });
  const sweeper = setInterval(async () => {
    const removed = await recordings
      .sweep(bus)
      .catch((error) => log.warn({ why: reasonOf(error) }, 'not swept'));
    for (const file of removed ?? []) log.info({ file }, 'recording removed');
  }, SWEEP_MS);
  const how = { segmentS: flags.segment, timeoutS: SILENT_S, signal };
  await Promise.all(
    flags.rtsp.map((camera) => keepRecording(camera, { ...how, folder: folderOf(camera) }, log)),
  );
  await aborted(signal);
  clearInterval(sweeper);
  await watcher.close();
}

/** Tells the bus of a clip; null where it could not be taken. */
async function arrive(
  path: string,
  camera: string | undefined,
  bus: Bus,
  signal: AbortSignal,
  log: Logger,
): Promise<ClipInput | null> {
  if (!isClipFile(path)) return null;
  try {
    const [input] = await identifyClips([resolve(path)], camera);
    if (!input) return null;
    const stored = await announce(bus, { ...input, anchors: [] }, signal);
    log.info({ clip: input.clip, file: input.file }, stored === 'stored' ? 'arrived' : 'arrived before');
    return input;
  } catch (error) {
    log.warn({ file: path, why: reasonOf(error) }, 'not taken');
    return null;
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
