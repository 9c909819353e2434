import { type Command, Option } from 'commander';
import { activeModel } from '../../../domain/models/registry.ts';
import { type Camera, readCamera, refuseNamesakes } from '../../../ingest/cameras/camera.ts';
import { recordCameras } from '../../../ingest/cameras/record-cameras.ts';
import { watchFolders } from '../../../ingest/folders/watch.ts';
import { readCameraKnowledge } from '../../../ingest/options.ts';
import { mebibytes } from '../../../runtime/disk.ts';
import { reasonOf, UsageError } from '../../../runtime/errors.ts';
import { createLog, type Logger, type LogLevel } from '../../../runtime/log/log.ts';
import { serveMetrics } from '../../../runtime/metrics/serve.ts';
import type { OwnedFolder } from '../../../runtime/supervisor/owned-folder.ts';
import { freeRoom, type RoomQuestion, roomByKind } from '../../jobs/garbage.ts';
import { LocalPipeline } from '../../jobs/local-pipeline.ts';
import { PipelineMetrics } from '../../jobs/pipeline-metrics.ts';
import { processesFor } from '../../jobs/processes.ts';
import { NO_DETECTOR } from '../../jobs/status.ts';
import { keepLabelsFile, studioAddress, studioAnswers } from '../../jobs/studio.ts';
import { markStaying, recordingsFolder } from '../../results/job-folder.ts';
import { busBounds, busOptions, readSettings, storeMax } from '../../settings.ts';
import { stageEnvironment, withJobFolder } from '../bus-access.ts';
import { EXIT } from '../exit.ts';
import { interruption } from '../interrupt.ts';
import {
  camera,
  config,
  detectors,
  jobFolder,
  port,
  positiveNumber,
  repeated,
  withOptions,
} from '../options.ts';
import { print } from '../terminal.ts';

interface UpFlags {
  readonly watch?: readonly string[];
  readonly rtsp?: readonly Camera[];
  /** Seconds. */
  readonly segment: number;
  /** Hours. */
  readonly keep: number;
  readonly out: string;
  /** False: the stages run elsewhere. */
  readonly stages: boolean;
  readonly studio?: boolean;
  readonly studioPort?: number;
  readonly studioHost: string;
  readonly camera?: string;
  readonly detectors?: number;
  readonly config?: string;
}

export function upCommand(program: Command): void {
  withOptions(
    program.command('up'),
    repeated(
      new Option('--watch <folder>', 'take the clips that are there and those that come; again for more'),
      String,
    ),
    repeated(
      new Option(
        '--rtsp <address>',
        'record this camera and take its clips: rtsp://…, or NAME=rtsp://… to name it; again for more',
      ),
      readCamera,
    ),
    new Option('--segment <seconds>', 'length of a recorded clip').argParser(positiveNumber).default(60),
    new Option('--keep <hours>', 'how long a recording stays once the pipeline has done with it')
      .argParser(positiveNumber)
      .default(24),
    jobFolder('where the bus keeps its store, and recordings lie'),
    camera(),
    detectors(),
    new Option('--no-stages', 'only announce clips on the bus that NATS_URL names; the stages run elsewhere'),
    new Option('--studio', 'serve the studio as well, and print its address'),
    new Option('--studio-port <n>', 'where (default: one that is free, from 8420 on)').argParser(port),
    new Option('--studio-host <address>', '0.0.0.0 lets others in who have the whole address').default(
      '127.0.0.1',
    ),
    config(),
  )
    .description('the same stages, staying up')
    .action((flags: UpFlags) => withJobFolder(flags, (folder) => stayUp(folder, flags)));
}

/** Between two looks at what is over its budget. */
const GARBAGE_MS = 600_000;

/** Of a bus of its own; on another's a person decides, with `shika gc`. */
async function freeOverBudget(
  { bus, isPrivate }: LocalPipeline,
  question: RoomQuestion,
  log: Logger,
): Promise<void> {
  if (!isPrivate) return;
  try {
    for (const kind of await roomByKind(bus, question)) {
      const bytes = await freeRoom([kind]);
      if (bytes > 0)
        log.info({ kind: kind.kind, freed: mebibytes(bytes), budget: mebibytes(kind.budget ?? 0) }, 'freed');
    }
  } catch (error) {
    log.warn({ why: reasonOf(error) }, 'nothing freed');
  }
}

async function stayUp(folder: OwnedFolder, { watch = [], rtsp = [], ...flags }: UpFlags): Promise<void> {
  refuseNamesakes(rtsp);
  const settings = readSettings(flags.config);
  const known = await readCameraKnowledge(settings.cameras);
  const log = createLog('up', settings.log.level as LogLevel); // the schema of `log.level` lists the levels
  const stopped = interruption();
  if (flags.studio && !flags.stages)
    throw new UsageError('--studio is served by a stage', { found: '--no-stages', expected: 'one of both' });
  markStaying(flags.out);
  const { out, studioPort, studioHost } = flags;
  const studio = flags.studio ? await studioAddress({ out, port: studioPort, host: studioHost }) : null;
  const pipeline = await LocalPipeline.open({
    folder,
    keep: true,
    processes: flags.stages ? processesFor(flags.detectors) : {},
    env: { ...stageEnvironment(flags.config), ...studio?.env },
    bus: busOptions(settings),
    bounds: busBounds(settings),
    storeMax: storeMax(settings),
    log,
  });
  const cameras = rtsp.map(({ name }) => name);
  log.info({ server: pipeline.bus.serverVersion, watch, cameras, out: flags.out }, 'up');
  if (!(await activeModel(pipeline.bus, 'detector'))) log.warn({ out: flags.out }, NO_DETECTOR);
  const signal = AbortSignal.any([stopped, pipeline.failed]);
  const metrics = new PipelineMetrics({
    bus: pipeline.bus,
    cameras: new Set([...cameras, ...known.cameras.keys()]),
    isPickedUp: (name) => Date.parse(known.cameras.get(name)?.pickUp ?? '') < Date.now(),
    folder: pipeline.isPrivate ? folder.path : undefined,
    storeMax: storeMax(settings),
    starts: () => pipeline.starts,
    signal,
  });
  const text = () => metrics.text(() => pipeline.metrics());
  const endpoint = await serveMetrics(settings.metrics, text, log).catch(async (error: unknown) => {
    await pipeline.close();
    throw error;
  });
  const question = { room: settings.room, recordings: recordingsFolder(flags.out) };
  const collector = setInterval(() => void freeOverBudget(pipeline, question, log), GARBAGE_MS);
  const arrival = {
    bus: pipeline.bus,
    signal,
    untilRoom: (signal: AbortSignal) => pipeline.untilRoom(signal),
    log,
    known,
  };
  const serveStudio = async () => {
    if (!studio) return;
    await studioAnswers(studio.url, signal);
    print(`studio: ${studio.url}`);
    await keepLabelsFile(pipeline.bus, out, { signal, log });
  };
  await Promise.all([
    serveStudio().catch((error: unknown) => {
      if (!signal.aborted) throw error;
    }),
    watchFolders(watch, { ...arrival, camera: flags.camera }),
    recordCameras(rtsp, {
      ...arrival,
      folder: recordingsFolder(flags.out),
      segmentS: flags.segment,
      keepH: flags.keep,
    }),
  ]);
  clearInterval(collector);
  await endpoint.close();
  await pipeline.close();
  if (pipeline.failed.aborted) throw new UsageError(reasonOf(pipeline.failed.reason));
  process.exit(EXIT.ok);
}
