import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { missing } from '../../../../../../pipeline/domain/models/backend/native.ts';

const run = promisify(execFile);
const backendModule = resolve(
  import.meta.dirname,
  '../../../../../../pipeline/domain/models/backend/backend.ts',
);

/** Opens backends in a process of its own, because one process has one; gives its stdout or its error. */
async function inProcess(script: string): Promise<string> {
  const source = `import { openBackend } from ${JSON.stringify(backendModule)};
    try { ${script} } catch (error) { console.log(error.name + ': ' + error.message); }`;
  const { stdout } = await run(process.execPath, ['--input-type=module-typescript', '--eval', source]);
  return stdout.trim();
}

test('backend - wasm starts, says why it was taken, and writes nothing else to stdout', async () => {
  const printed = await inProcess(`
    const tf = await import('@tensorflow/tfjs-core');
    const { name, reason } = await openBackend('wasm');
    const three = tf.sum(tf.tensor1d([1, 2])).dataSync()[0];
    console.log(JSON.stringify({ name, reason, three, current: tf.getBackend() }));`);
  assert.deepEqual(JSON.parse(printed), { name: 'wasm', reason: 'asked for', three: 3, current: 'wasm' });
});

test('backend - auto takes the fastest and says why the faster ones were not taken', async () => {
  const printed = await inProcess(`
    const first = await openBackend('auto');
    console.log(JSON.stringify([first, first === (await openBackend('auto'))]));`);
  const [backend, same] = JSON.parse(printed);
  assert.equal(same, true);
  if (missing('gpu') !== undefined) assert.match(backend.reason, /gpu: /);
  if (missing('gpu') !== undefined && missing('native') !== undefined) {
    assert.equal(backend.name, 'wasm');
    assert.match(backend.reason, /native: .*make native/);
  }
});

test('backend - a preference that is not there says what to do', {
  skip: missing('gpu') === undefined,
}, async () => {
  assert.match(
    await inProcess(`await openBackend('gpu');`),
    /^FatalError: backend gpu .*; expected .*backend auto$/,
  );
});

test('backend - a second one in the same process is refused', async () => {
  assert.match(
    await inProcess(`await openBackend('wasm'); await openBackend('native');`),
    /^FatalError: backend native was asked for after wasm/,
  );
});
