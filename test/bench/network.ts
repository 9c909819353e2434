/** The detector's network by itself, on every backend beside onnxruntime: one thread, in turn, in one run. */
import { join } from 'node:path';
import type { BackendName } from '../../pipeline/domain/models/backend/backend.ts';
import { reasonOf } from '../../pipeline/runtime/errors.ts';
import { BATCH } from '../../stages/detector/stage.ts';
import { dataPath, noData } from '../fixtures/shared-data.ts';
import type { Engine, NetworkRequest, NetworkTime } from './bench-network.ts';
import { BenchProcess } from './bench-process.ts';
import type { Row, Table } from './table.ts';

const seconds = 1;

interface Runner {
  readonly engine: Engine;
  readonly process: BenchProcess;
  /** Pictures at once. */
  readonly batches: readonly number[];
}

/** @param model folder of the detector */
export async function measureNetwork(
  model: string,
  backends: readonly BackendName[],
  times: number,
): Promise<Table> {
  const weights = dataPath('weights/yolox_nano.onnx');
  if (!weights) console.error(`not measured: onnxruntime, because ${noData}`);
  const asked: [Engine, string][] = backends.map((name) => [name, model]);
  if (weights) asked.unshift(['onnxruntime', weights]);
  const runners: Runner[] = [];
  try {
    for (const [engine, file] of asked) {
      const runner = await start(engine, file);
      if (runner) runners.push(runner);
    }
    return {
      title: "The detector's network alone, one thread, for one picture",
      rows: await rows(runners, times),
    };
  } finally {
    for (const runner of runners) runner.process.stop();
  }
}

async function start(engine: Engine, file: string): Promise<Runner | undefined> {
  const child = new BenchProcess(join(import.meta.dirname, 'bench-network.ts'));
  try {
    const request: NetworkRequest = { do: 'open', engine, file };
    await child.ask(request);
  } catch (error) {
    child.stop();
    console.error(`not measured: ${reasonOf(error)}`);
    return undefined;
  }
  const usual = engine === 'onnxruntime' ? 1 : BATCH[engine]; // the ONNX file takes one picture at a time
  return { engine, process: child, batches: [...new Set([1, usual])] };
}

/** Rounds in turn, so that what else the machine does meets all engines. */
async function rows(runners: readonly Runner[], times: number): Promise<Row[]> {
  const measured = new Map<string, NetworkTime[]>();
  for (let round = 0; round < times; round++) {
    for (const { engine, process, batches } of runners) {
      for (const batch of batches) {
        const request: NetworkRequest = { do: 'run', batch, seconds };
        const name = `${engine}, ${batch} at once`;
        const found = (await process.ask(request)) as NetworkTime; // bench-network.ts answers `run` with it
        measured.set(name, [...(measured.get(name) ?? []), found]);
      }
    }
  }
  const reference = measured.get('onnxruntime, 1 at once');
  return [...measured].flatMap(([name, found]): Row[] => {
    const time = (unit: string, values: number[]): Row => ({ name, unit, values });
    const listed = [
      time(
        'ms',
        found.map(({ wall }) => wall),
      ),
      time(
        'ms of processor',
        found.map(({ processor }) => processor),
      ),
    ];
    if (!reference || found === reference) return listed;
    const ratios = found.map(({ processor }, round) => processor / reference[round]!.processor);
    return [...listed, time('times onnxruntime, of processor', ratios)];
  });
}
