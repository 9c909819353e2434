/** Time by step of whole jobs, as a user starts them. Minutes each. */
import { join } from 'node:path';
import { dataPath } from '../fixtures/shared-data.ts';
import { shika } from '../processes/shika.ts';
import type { Table } from './table.ts';

/** @param folder for the results; the backend is wasm, which is everywhere */
export async function measureSteps(folder: string): Promise<Table[]> {
  const tables = [await stepsOf('Demo by step, on wasm', ['demo', '--out', join(folder, 'demo-out')])];
  const clip = dataPath('clips/deer-daylight.mp4');
  const first = dataPath('clips/deer-daylight.first.csv');
  const stills = dataPath('deer/hand25');
  if (clip && first && stills) {
    const hand = ['--hand', stills, '--hand', first];
    const out = join(folder, 'deer-out');
    tables.push(await stepsOf('deer-daylight by step, on wasm', ['run', clip, ...hand, '--out', out]));
  }
  return tables;
}

async function stepsOf(title: string, args: readonly string[]): Promise<Table> {
  const { code, stderr, result } = await shika([...args, '--json']);
  if (code !== 0) throw new Error(`shika ${args.join(' ')} ended with code ${code}: ${stderr.slice(-500)}`);
  const { seconds } = result as { seconds: Record<string, number> }; // what `--json` prints of a job
  const rows = Object.entries(seconds).map(([name, value]) => ({ name, unit: 's', values: [value] }));
  return { title, rows };
}
