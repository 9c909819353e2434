import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FatalError, reasonOf } from '../../../../pipeline/runtime/errors.ts';
import { hideSecrets, safeAddress } from '../../../../pipeline/runtime/safe-address.ts';

/** Each holds `hunter2` somewhere; what is shown of it. */
const addresses: readonly (readonly [address: string, shown: string])[] = [
  ['rtsp://user:hunter2@10.0.0.5:554/live', 'rtsp://10.0.0.5:554/…'],
  ['rtsp://hunter2@10.0.0.5', 'rtsp://10.0.0.5'],
  ['rtsp://host/user=admin&password=hunter2&channel=1', 'rtsp://host/…'],
  ['rtsp://host/live?token=hunter2', 'rtsp://host/…'],
  ['rtsp://host?hunter2', 'rtsp://host/…'],
  ['rtmp://host/live/hunter2', 'rtmp://host/…'],
  ['rtps://user:hunter2@host/live', 'rtps://host/…'],
  ['rtsp://user:hunter2@[fe80::1]:554/a', 'rtsp://[fe80::1]:554/…'],
  ['rtsp://user:p@hunter2@host/live', 'rtsp://…'],
  ['rtsp://user:p/hunter2@host/live', 'rtsp://…'],
  ['rtsp://user:hunter2?@host/live', 'rtsp://…'],
  ['rtsp://host/live?mail=me@hunter2', 'rtsp://…'],
  ['rtsp://user:hunter2', 'rtsp://…'],
  ['rtsp:/user:hunter2@host', '(an address that is not shown)'],
  ['user:hunter2@host', '(an address that is not shown)'],
  ['nats://user:hunter2@bus:4222', 'nats://bus:4222'],
];

test('safe address - scheme, host and port are shown; no part that can hold a secret is', () => {
  for (const [address, shown] of addresses) assert.equal(safeAddress(address), shown, address);
});

test('safe address - in any text, also of an error that somebody else wrote, secrets of addresses are left out', () => {
  for (const [address] of addresses) {
    for (const text of [hideSecrets(`can't open ${address}: refused`), reasonOf(new Error(address))]) {
      assert.doesNotMatch(text, /hunter2/, address);
    }
    const { message, found } = new FatalError('no camera', { found: address });
    assert.doesNotMatch(`${message} ${found}`, /hunter2/, address);
  }
});

test('safe address - pages, files and plain sentences stay as they are', () => {
  const texts = [
    'see https://example.com/weights/yolox_nano.onnx (or --weights FILE).',
    'file:///home/a/b.ts',
    'box; found [1, 2, 3, 4], expected a box inside 320 x 240 px',
    'a/b.csv:7: frame = 9 is beyond the end',
  ];
  for (const text of texts) assert.equal(hideSecrets(text), text);
});
