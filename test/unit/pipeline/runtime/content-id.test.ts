import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { contentId, jsonId, streamId } from '../../../../pipeline/runtime/content-id.ts';

describe('content id', () => {
  test('is the start of the SHA-256, in parts or as a stream', async () => {
    // printf abc | sha256sum
    assert.equal(contentId('abc'), 'ba7816bf8f01cfea');
    assert.equal(contentId('a', new TextEncoder().encode('bc')), 'ba7816bf8f01cfea');
    assert.equal(await streamId(Readable.from([Buffer.from('ab'), Buffer.from('c')])), 'ba7816bf8f01cfea');
  });

  test('of a value is that of its JSON', () => {
    assert.equal(jsonId({ a: 1 }), contentId('{"a":1}'));
  });
});
