/** Who may import whom: the folders of DESIGN.md §4 hold what they say only while these hold. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, test } from 'node:test';

const root = resolve(import.meta.dirname, '../..');

/** File (from the project's folder) to what it imports: files likewise, packages by name. */
const imports = new Map(
  ['pipeline', 'stages', 'schemas', 'deploy', 'test'].flatMap((folder) =>
    sourcesIn(folder).map((file) => [file, importsOf(file)] as const),
  ),
);

function sourcesIn(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return entries.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name));
}

function importsOf(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8');
  const found = source.matchAll(
    /^(?:import|export)\b[^'";]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'|^import\s+'([^']+)'/gm,
  );
  return [...found].map(([, from, dynamic, bare]) => {
    const name = from ?? dynamic ?? bare ?? '';
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

const isNats = (name: string) => name.startsWith('@nats-io/');
const isBus = (name: string) => name.startsWith('pipeline/bus/') || isNats(name);
const stageOf = (file: string) => /^stages\/([^/]+)\//.exec(file)?.[1];

/** Every file of `of` whose import `is` forbidden, as `file → import`. */
function offences(of: (file: string) => boolean, is: (name: string, file: string) => boolean): string[] {
  return [...imports].flatMap(([file, names]) =>
    of(file) ? names.filter((name) => is(name, file)).map((name) => `${file} → ${name}`) : [],
  );
}

describe('layering', () => {
  test('the scan sees imports of every kind', () => {
    assert.ok(imports.get('pipeline/bus/work.ts')?.includes('@nats-io/jetstream'), 'over several lines');
    assert.ok(imports.get('stages/index.ts')?.includes('stages/decoder/stage.ts'), 'on demand');
    assert.ok(imports.get('pipeline/stage/run.ts')?.includes('pipeline/bus/bus.ts'), 'on one line');
  });

  test('only pipeline/bus imports NATS, and tests that talk to a server behind its back', () => {
    const outside = (file: string) => !file.startsWith('pipeline/bus/') && !file.startsWith('test/');
    assert.deepEqual(offences(outside, isNats), []);
  });

  test('a stage never imports another stage', () => {
    const another = (name: string, file: string) => {
      const stage = stageOf(name);
      return stage !== undefined && stage !== stageOf(file);
    };
    assert.deepEqual(
      offences((file) => stageOf(file) !== undefined, another),
      [],
    );
  });

  test('a stage’s domain does not know the bus, not even by way of another file', () => {
    // The edges: they translate between messages and the domain's plain values.
    const edges = new Set(['stage.ts', 'classifier-job.ts', 'clip-view.ts', 'pace.ts']);
    const domain = [...imports.keys()].filter((file) => {
      const [, , name = '', deeper] = file.split('/');
      return stageOf(file) && (deeper !== undefined || !edges.has(name));
    });
    assert.ok(domain.length > 20);
    for (const file of domain) assert.deepEqual([...reach(file)].filter(isBus), [], file);
  });

  test('what the stages stand on does not know them, the command line and its setup aside', () => {
    const below = (file: string) => file.startsWith('pipeline/') && !file.startsWith('pipeline/cli/');
    assert.deepEqual(
      offences(below, (name) => name.startsWith('stages/')),
      [],
    );
  });

  test('messages import only each other', () => {
    const message = (file: string) => file.startsWith('schemas/') && file !== 'schemas/asyncapi.ts';
    const foreign = (name: string) =>
      name !== 'typebox' && (!name.startsWith('schemas/') || name === 'schemas/asyncapi.ts');
    assert.deepEqual(offences(message, foreign), []);
  });
});
