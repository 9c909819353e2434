/**
 * Compiles kernels/*.as to kernels.wasm with AssemblyScript, fetched by npx for the occasion: users never need it.
 *
 *     node pipeline/domain/models/backend/wasm/simd/build.ts
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sourceDigest, sourceFiles, sourceFolder, sourceSection } from './load.ts';

const compiler = 'assemblyscript@0.28.20';
const flags = [
  '-O3',
  '--noAssert',
  '--runtime',
  'stub',
  '--importMemory',
  '--enable',
  'simd,relaxed-simd,bulk-memory',
];

const folder = mkdtempSync(join(tmpdir(), 'shika-kernels-'));
try {
  // The compiler takes .ts only; ours are not called so because they are no TypeScript to any other tool.
  for (const name of sourceFiles()) {
    copyFileSync(join(sourceFolder, name), join(folder, name.replace(/\.as$/, '.ts')));
  }
  const arguments_ = [
    '--yes',
    '--package',
    compiler,
    'asc',
    'index.ts',
    '--outFile',
    'kernels.wasm',
    ...flags,
  ];
  execFileSync('npx', arguments_, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
  const compiled = readFileSync(join(folder, 'kernels.wasm'));
  writeFileSync(
    join(import.meta.dirname, 'kernels.wasm'),
    Buffer.concat([compiled, customSection(sourceSection, sourceDigest())]),
  );
} finally {
  rmSync(folder, { recursive: true });
}

/** A wasm custom section: id 0, its size, its name, its bytes (each length below 128, so one LEB128 byte). */
function customSection(name: string, text: string): Buffer {
  const body = Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from(text)]);
  if (body.length > 127) throw new Error(`custom section of ${body.length} bytes, expected at most 127`);
  return Buffer.concat([Buffer.from([0, body.length]), body]);
}
