import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCamera, refuseNamesakes } from '../../../../../pipeline/ingest/cameras/camera.ts';
import { reasonOf, UsageError } from '../../../../../pipeline/runtime/errors.ts';

const nameOf = (address: string) => readCamera(address).name;

test('camera - its name tells the host and no secret; a changed password does not change it', () => {
  const first = nameOf('rtsp://10.0.0.5:554/user=admin&password=hunter2&channel=1');
  assert.match(first, /^10-0-0-5-554-[0-9a-f]{6}$/);
  assert.equal(nameOf('rtsp://10.0.0.5:554/user=admin&password=other&channel=1'), first);
  assert.equal(nameOf('rtsp://a:b@host/live'), nameOf('rtsp://c:d@host/live'));
  assert.equal(nameOf('rtsp://host/live?token=a'), nameOf('rtsp://host/live?token=b'));
  assert.equal(nameOf('gate=rtsp://10.0.0.5/hunter2'), 'gate');
});

test('camera - two channels of a recorder are two cameras', () => {
  assert.notEqual(nameOf('rtsp://host/cam?channel=1'), nameOf('rtsp://host/cam?channel=2'));
  assert.notEqual(nameOf('rtsp://host/cam/1'), nameOf('rtsp://host/cam/2'));
});

test('camera - two of one name are refused, without their secrets', () => {
  const cameras = ['gate=rtsp://u:hunter2@a/1', 'Gate=rtsp://b/?token=hunter2'].map(readCamera);
  assert.throws(
    () => refuseNamesakes(cameras),
    (error) =>
      error instanceof UsageError && !/hunter2/.test(error.message) && /rtsp:\/\/a\//.test(error.message),
  );
  refuseNamesakes([cameras[0]!, readCamera('north=rtsp://b/')]);
});

test('camera - a mistyped address is refused without what it holds', () => {
  for (const address of [
    'rtps://user:hunter2@host/live',
    'gate=rtsp:/user:hunter2@host',
    'user:hunter2@host',
    'rtsp://user:hunter2@/live',
    'rtsp://user:p/hunter2@host/live',
    'rtsp://user:hunter2',
  ]) {
    try {
      readCamera(address);
      assert.fail(`${address} was taken`);
    } catch (error) {
      assert.ok(error instanceof UsageError, reasonOf(error));
      assert.doesNotMatch(error.message, /hunter2/);
    }
  }
});
