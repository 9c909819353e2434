/**
 * What `make setup` tries once and goes on without: the default weights, which know more than `shika-tiny`, those that
 * follow an animal by its looks, and TensorFlow's native backend, which is faster than wasm. Each says in a line what came of it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findWeights, getWeights, type WeightsName } from '../domain/models/weights/weights.ts';
import { reasonOf } from '../runtime/errors.ts';

const root = resolve(import.meta.dirname, '../..');
const longest = { fetchMs: 20_000, buildSeconds: 120 };

print(`weights: ${await fetchWeights('yolox-nano', 'with shika-tiny')}`);
print(`weights: ${await fetchWeights('nanotrack', 'without following by looks')}`);
print(`native backend: ${buildNative()}`);

async function fetchWeights(name: WeightsName, otherwise: string): Promise<string> {
  const found = findWeights(name);
  if (found) return `${name} is there already, ${found}`;
  try {
    return `${name} is now ${await getWeights(name, undefined, longest.fetchMs)}`;
  } catch (error) {
    return `going on ${otherwise}: ${reasonOf(error)}`;
  }
}

function buildNative(): string {
  if (existsSync(join(root, 'node_modules/@tensorflow/tfjs-node/deps/built-against'))) return 'built already';
  const missing = [
    ...(answers('g++', '--version') ? [] : ['g++']),
    ...(answers('python3', '-m', 'pip', '--version') ? [] : ['pip']),
  ];
  if (missing.length > 0) return `going on with wasm: no ${missing.join(', no ')}`;
  // `timeout` ends pip and the compiler, too.
  const build = [`${longest.buildSeconds}`, join(root, 'deploy/native/build.sh')];
  const { status } = spawnSync('timeout', ['-k', '5', ...build], { stdio: 'ignore' });
  if (status === 0) return 'built';
  const why = status === 124 ? `it takes more than ${longest.buildSeconds} s` : 'it could not be built';
  return `going on with wasm: ${why} (\`make native\` says more)`;
}

function answers(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 10_000 }).status === 0;
}

function print(text: string): void {
  process.stderr.write(`make setup: ${text}\n`);
}
