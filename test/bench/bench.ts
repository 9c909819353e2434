/**
 * What Shika can do on this machine, side by side: the detector's network against onnxruntime, stages alone, the bus
 * alone, the whole loop against a single process without a bus, and what `shika explain` costs a picture. `--full` takes the whole clip, and adds the demo's
 * and a real job's time by step.
 *
 *   node test/bench/bench.ts [--only network,stages,bus,whole,explain] [--backends wasm,native] [--times 3]
 *        [--frames 160] [--full] [--json]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readSettings } from '../../pipeline/app/settings.ts';
import { type Backend, type BackendName, openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { reasonOf } from '../../pipeline/runtime/errors.ts';
import type { BackendRequest } from './bench-backend.ts';
import { type BenchInput, prepareInput } from './bench-input.ts';
import { BenchProcess } from './bench-process.ts';
import { measureSteps } from './bench-steps.ts';
import { measureBusLooks } from './bus-looks.ts';
import { measureExplain } from './explain-command.ts';
import { measureNetwork } from './network.ts';
import { measureStages } from './stages.ts';
import { type Row, type Table, tableJson, tableText } from './table.ts';
import { measureWhole } from './whole.ts';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: 'network,stages,bus,whole,explain' },
    backends: { type: 'string', default: 'wasm,native,gpu' },
    times: { type: 'string', default: '3' },
    frames: { type: 'string', default: '160' },
    full: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const parts = new Set(flags.only.split(','));
const times = Number(flags.times);
const folder = await mkdtemp(join(tmpdir(), 'shika-bench-'));
const processes: BenchProcess[] = [];
const tables: Table[] = [];
const began = performance.now();
process.once('SIGINT', () => process.exit(130));

function give(table: Table): void {
  tables.push(table);
  if (!flags.json) console.log(tableText(table));
}

async function startBackend(
  name: BackendName,
  input: BenchInput,
): Promise<[Backend, BenchProcess] | undefined> {
  const child = new BenchProcess(join(import.meta.dirname, 'bench-backend.ts'));
  processes.push(child);
  try {
    const request: BackendRequest = { do: 'open', backend: name, model: input.model };
    return [(await child.ask(request)) as Backend, child]; // bench-backend.ts answers `open` with the backend
  } catch (error) {
    child.stop();
    console.error(`not measured: ${reasonOf(error)}`);
    return undefined;
  }
}

try {
  await openBackend('wasm'); // builds the detector's files; what is measured on a backend has its own process
  const input = await prepareInput(folder, flags.full ? 0 : Number(flags.frames));
  const settings = readSettings(undefined, { ...process.env, ...input.settings });
  console.error(
    `${cpus()[0]?.model}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}; Node ${process.version}`,
  );
  const backends = flags.backends.split(',') as BackendName[]; // their processes refuse words that are none
  if (parts.has('network')) give(await measureNetwork(input.model, backends, times));
  if (parts.has('stages')) {
    give({
      title: 'Stages alone, in one process each',
      rows: await measureStages(input.clip.path, settings.tracker, times),
    });
  }
  if (parts.has('bus')) give(await measureBusLooks(times, 1));
  for (const name of backends) {
    if (!['stages', 'whole', 'explain'].some((part) => parts.has(part))) break;
    const started = await startBackend(name, input);
    if (!started) continue;
    const [backend, child] = started;
    if (parts.has('stages')) {
      const request: BackendRequest = { do: 'stages', clip: input.clip, times };
      const rows = (await child.ask(request)) as Row[]; // bench-backend.ts answers `stages` with them
      give({ title: `Stages with a model on ${backend.name}: ${backend.version}`, rows });
    }
    if (parts.has('whole')) give(await measureWhole(folder, input, backend.name, child, times));
    child.stop();
    if (parts.has('explain') && input.finds) give(await measureExplain(folder, input, backend.name, times));
  }
  if (flags.full) for (const table of await measureSteps(folder)) give(table);
  const seconds = Math.round((performance.now() - began) / 1000);
  if (flags.json) console.log(JSON.stringify({ seconds, tables: tables.map(tableJson) }));
  else console.log(`measured in ${seconds} s; min, median and max of ${times} runs in turn`);
} finally {
  for (const child of processes) child.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exit();
