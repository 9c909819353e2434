import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { showLive } from '../../../../../pipeline/app/cli/live.ts';

/** Looks until the third one is written. */
async function shown(inPlace: boolean): Promise<string> {
  const stop = new AbortController();
  const out = new PassThrough();
  let looks = 0;
  const look = async () => `look ${++looks}`;
  let text = '';
  out.on('data', (chunk: Buffer) => {
    text += chunk;
    if (looks === 3) stop.abort();
  });
  await showLive(look, { out, inPlace, everyMs: 1, signal: stop.signal });
  return text;
}

describe('what is shown live', () => {
  test('stands one below the other where nobody watches, without a control sequence', async () => {
    assert.equal(await shown(false), 'look 1\n\nlook 2\n\nlook 3\n');
  });

  test('is drawn over what stood there on a terminal', async () => {
    assert.equal(
      await shown(true),
      '\u001b[H\u001b[Jlook 1\n\u001b[H\u001b[Jlook 2\n\u001b[H\u001b[Jlook 3\n',
    );
  });

  test('ends at once where a look hangs', async () => {
    const stop = new AbortController();
    const hanging = () => {
      queueMicrotask(() => stop.abort());
      return new Promise<string>(() => {});
    };
    await showLive(hanging, { out: new PassThrough(), inPlace: true, everyMs: 1, signal: stop.signal });
  });

  test('a look that fails fails the command', async () => {
    const { signal } = new AbortController();
    const failing = () => Promise.reject(new Error('gone'));
    await assert.rejects(
      showLive(failing, { out: new PassThrough(), inPlace: true, everyMs: 1, signal }),
      /gone/,
    );
  });
});
