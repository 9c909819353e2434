/**
 * Floors only go down: `schemas < pipeline/runtime < pipeline/domain < stages < pipeline/ingest < pipeline/app`.
 * A file imports from its own floor or a lower one, never from another stage, and only the bus imports NATS. There is
 * no list of exceptions: a file that does not fit is in the wrong room.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, test } from 'node:test';

const root = resolve(import.meta.dirname, '../..');

/** From the lowest to the highest; what describes and tests the whole (`deploy`, `test`) stands above all of them. */
const FLOORS = [
  'schemas',
  'pipeline/runtime',
  'pipeline/domain',
  'stages',
  'pipeline/ingest',
  'pipeline/app',
];

/** File (from the project's folder) to what it imports: files likewise, packages by name. */
const imports = new Map(
  ['pipeline', 'stages', 'schemas', 'deploy', 'test'].flatMap((folder) =>
    sourcesIn(folder).map((file) => [file, importsOf(file)] as const),
  ),
);

function sourcesIn(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return entries.filter((name) => /\.tsx?$/.test(name)).map((name) => join(folder, name));
}

function importsOf(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8');
  const found = source.matchAll(
    /^(?:import|export)\b[^'";]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'|^import\s+'([^']+)'|new URL\(\s*'([^']+)'/gm,
  );
  return [...found].map(([, from, dynamic, bare, url]) => {
    const name = from ?? dynamic ?? bare ?? url ?? '';
    return name.startsWith('.') ? relative(root, resolve(root, dirname(file), name)) : name;
  });
}

/** Everything that a file reaches, itself left out. */
function reach(file: string, seen = new Set<string>()): Set<string> {
  for (const next of imports.get(file) ?? []) {
    if (seen.has(next)) continue;
    seen.add(next);
    reach(next, seen);
  }
  return seen;
}

function floorOf(file: string): number {
  return FLOORS.findIndex((floor) => file.startsWith(`${floor}/`));
}

/** The stage that a file belongs to; undefined for the list of stages, which belongs to none. */
function stageOf(file: string): string | undefined {
  return /^stages\/([^/]+)\//.exec(file)?.[1];
}

const isProduct = (file: string) => !file.startsWith('deploy/') && !file.startsWith('test/');
const isNats = (name: string) => name.startsWith('@nats-io/');

/** Every import of the product's files that `isForbidden`, as `file → import`. */
function offences(isForbidden: (file: string, name: string) => boolean): string[] {
  return [...imports].flatMap(([file, names]) =>
    isProduct(file) ? names.filter((name) => isForbidden(file, name)).map((name) => `${file} → ${name}`) : [],
  );
}

describe('floors', () => {
  test('the scan sees imports of every kind', () => {
    assert.ok(
      imports.get('pipeline/runtime/bus/work.ts')?.includes('@nats-io/jetstream'),
      'over several lines',
    );
    assert.ok(imports.get('stages/index.ts')?.includes('stages/decoder/stage.ts'), 'on demand');
    assert.ok(
      imports.get('pipeline/runtime/stage/run.ts')?.includes('pipeline/runtime/bus/bus.ts'),
      'on one line',
    );
  });

  test('every file stands on a floor', () => {
    assert.deepEqual(
      [...imports.keys()].filter((file) => isProduct(file) && floorOf(file) < 0),
      [],
    );
  });

  test('a file imports from its own floor or a lower one', () => {
    assert.deepEqual(
      offences(
        (file, name) =>
          floorOf(name) > floorOf(file) || name.startsWith('test/') || name.startsWith('deploy/'),
      ),
      [],
    );
  });

  test('a stage never imports another stage, nor the list of them', () => {
    assert.deepEqual(
      offences(
        (file, name) =>
          name.startsWith('stages/') && stageOf(file) !== undefined && stageOf(name) !== stageOf(file),
      ),
      [],
    );
  });

  test('only the bus imports NATS', () => {
    assert.deepEqual(
      offences((file, name) => isNats(name) && !file.startsWith('pipeline/runtime/bus/')),
      [],
    );
  });

  test('a stage’s domain does not know the bus, not even by way of another file', () => {
    // Its edges, which translate between messages and plain values, are `stage.ts` and the folder `bus/`.
    const domain = [...imports.keys()].filter((file) => /^stages\/[^/]+\/(?!stage\.ts|bus\/)/.test(file));
    assert.ok(domain.length > 20);
    const isBus = (name: string) => name.startsWith('pipeline/runtime/bus/') || isNats(name);
    for (const file of domain) assert.deepEqual([...reach(file)].filter(isBus), [], file);
  });
});
