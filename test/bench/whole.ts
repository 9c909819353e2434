/** The whole loop through real stage processes and a real bus, and beside it the single-process script. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { annotate } from '../../pipeline/app/jobs/annotate.ts';
import { LocalPipeline } from '../../pipeline/app/jobs/local-pipeline.ts';
import { noMeters } from '../../pipeline/app/jobs/meter.ts';
import { busBounds, busOptions, readSettings } from '../../pipeline/app/settings.ts';
import type { BackendName } from '../../pipeline/domain/models/backend/backend.ts';
import { readDetectorCard } from '../../pipeline/domain/models/detector/card.ts';
import { readModelFolder } from '../../pipeline/domain/models/files.ts';
import { activate, storeModel } from '../../pipeline/domain/models/registry.ts';
import { createLog } from '../../pipeline/runtime/log/log.ts';
import { OwnedFolder } from '../../pipeline/runtime/supervisor/owned-folder.ts';
import { ClipArrived } from '../../schemas/clip-arrived.ts';
import { ClipFiltered } from '../../schemas/clip-filtered.ts';
import { subjectOf } from '../../schemas/message.ts';
import { cpuSecondsOfAll } from './bench-cpu.ts';
import type { BenchClip, BenchInput } from './bench-input.ts';
import type { BenchProcess } from './bench-process.ts';
import type { Annotated } from './single-process.ts';
import type { Row, Table } from './table.ts';

const camera = 'bench';

/** The annotating half of the pipeline, up and warm. */
class Pipeline {
  readonly #local: LocalPipeline;
  readonly #log = createLog('bench', 'warn');
  #runs = 0;

  private constructor(local: LocalPipeline) {
    this.#local = local;
  }

  static async open(
    folder: string,
    { model, warmUp, settings }: BenchInput,
    backend: BackendName,
    detectors: number,
  ): Promise<Pipeline> {
    const log = createLog('bench', 'warn');
    const local = await LocalPipeline.open({
      folder: await OwnedFolder.claim(folder, { log }),
      keep: false,
      processes: { decoder: 1, detector: detectors, tracker: 1, filter: 1 },
      env: { ...settings, SHIKA_DETECTOR_BACKEND: backend },
      bus: busOptions(readSettings()),
      bounds: busBounds(readSettings()),
      log,
    });
    const pipeline = new Pipeline(local);
    try {
      const files = await readModelFolder(model);
      const { id } = readDetectorCard(files);
      await storeModel(local.bus, id, files);
      await activate(local.bus, 'detector', id, 'bench', null);
      await everyDetectorIsReady(join(folder, 'logs'), detectors);
      for (let i = 0; i < 2; i++) await pipeline.annotate(warmUp);
      return pipeline;
    } catch (error) {
      await local.close();
      throw error;
    }
  }

  /** From "a clip is there" to "its labels are filtered", by the server's clock. */
  async annotate({ path, anchors }: BenchClip): Promise<Annotated> {
    // The same content twice is one clip, so each run has a name of its own.
    const clip = (++this.#runs).toString(16).padStart(16, '0');
    const { bus, failed: signal } = this.#local;
    const cpu = cpuSecondsOfAll();
    const input = { path, file: path, clip, camera, anchors };
    const [end] = await annotate([input], { bus, meters: noMeters, signal, log: this.#log });
    const cpuSeconds = cpuSecondsOfAll() - cpu;
    if (!end?.tracked) throw new Error(`the clip failed: ${end?.failure}`);
    const arrived = await bus.last(ClipArrived, subjectOf(ClipArrived, { camera, clip }));
    const filtered = await bus.last(ClipFiltered, subjectOf(ClipFiltered, { camera, clip }));
    const { causes, ledger } = end.tracked;
    return {
      frames: ledger.decoded,
      causes,
      seconds: ((filtered?.storedAt ?? 0) - (arrived?.storedAt ?? 0)) / 1000,
      cpuSeconds,
    };
  }

  close(): Promise<void> {
    return this.#local.close();
  }
}

/** One that is still loading would leave the warming up to the others. */
async function everyDetectorIsReady(logs: string, detectors: number): Promise<void> {
  for (let waited = 0; waited < 300; waited++) {
    const ready = readdirSync(logs).filter(
      (name) => name.startsWith('detector') && readFileSync(join(logs, name), 'utf8').includes('"ready"'),
    );
    if (ready.length === detectors) return;
    await setTimeout(200);
  }
  throw new Error('the detectors are not ready after a minute');
}

/** Runs of all three in turn, `times` times, so that what else the machine does meets all of them alike. */
export async function measureWhole(
  folder: string,
  input: BenchInput,
  backend: BackendName,
  single: BenchProcess,
  times: number,
): Promise<Table> {
  const { tracker } = readSettings(undefined, { ...process.env, ...input.settings });
  const alone = (clip: BenchClip) =>
    // bench-backend.ts answers `annotate` with it.
    single.ask({ do: 'annotate', clip, options: tracker }) as Promise<Annotated>;
  await alone(input.warmUp);
  const pipelines: Pipeline[] = [];
  const runs: { single: Annotated; one: Annotated; two: Annotated }[] = [];
  try {
    for (const detectors of [1, 2]) {
      pipelines.push(await Pipeline.open(join(folder, `${backend}-${detectors}`), input, backend, detectors));
    }
    for (let i = 0; i < times; i++) {
      runs.push({
        single: await alone(input.clip),
        one: await pipelines[0]!.annotate(input.clip),
        two: await pipelines[1]!.annotate(input.clip),
      });
    }
  } finally {
    for (const pipeline of pipelines) await pipeline.close();
  }
  const rows = [
    ...rowsOf(
      'single process',
      runs.map((run) => run.single),
    ),
    ...rowsOf(
      'pipeline, 1 detector',
      runs.map((run) => run.one),
    ),
    ...rowsOf(
      'pipeline, 2 detectors',
      runs.map((run) => run.two),
    ),
    ratios(
      'ratio, 1 detector',
      runs.map(({ single, one }) => single.seconds / one.seconds),
    ),
    ratios(
      'ratio, 2 detectors',
      runs.map(({ single, two }) => single.seconds / two.seconds),
    ),
  ];
  return { title: `Whole loop on ${backend}: ${input.network}, ${runs[0]?.single.frames} frames`, rows };
}

function rowsOf(name: string, runs: readonly Annotated[]): Row[] {
  const { hand, detected, moved, held } = runs[0]!.causes;
  return [
    {
      name,
      unit: 'frames/s',
      values: runs.map(({ frames, seconds }) => frames / seconds),
      note: `labels: ${hand} by hand, ${detected} detected, ${moved} moved, ${held} held`,
    },
    { name: `${name}, processor`, unit: 's', values: runs.map(({ cpuSeconds }) => cpuSeconds) },
  ];
}

function ratios(name: string, values: number[]): Row {
  return { name, unit: 'x single process', values };
}
