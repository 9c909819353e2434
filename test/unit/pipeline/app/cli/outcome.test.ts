import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { EXIT, exitCodeOf } from '../../../../../pipeline/app/cli/exit.ts';
import { Outcome } from '../../../../../pipeline/app/cli/outcome.ts';

afterEach(() => {
  process.exitCode = undefined;
});

test('exit code - ok, partial where a part failed or was left out, failed where all did', () => {
  const good = {};
  const bad = { failure: 'no video' };
  assert.equal(exitCodeOf([good]), EXIT.ok);
  assert.equal(exitCodeOf([good, bad]), EXIT.partial);
  assert.equal(exitCodeOf([bad, bad]), EXIT.failed);
  assert.equal(exitCodeOf([good, { damage: {} }]), EXIT.partial);
  assert.equal(exitCodeOf([good], 1), EXIT.partial);
  assert.equal(exitCodeOf([], 1), EXIT.partial);
  assert.equal(exitCodeOf([bad], 1), EXIT.failed);
});

test('outcome - what was left out is named once, and makes the command’s exit code partial', (t) => {
  const write = t.mock.method(process.stderr, 'write', () => true);
  const outcome = new Outcome();
  outcome.leaveOut([{ message: 'a.csv:3: no box' }]);
  outcome.leaveOut([{ message: 'a.csv:3: no box' }, { message: 'b.mp4: a folder' }]);
  outcome.end([{}]);
  const code = process.exitCode;
  write.mock.restore();
  assert.equal(code, EXIT.partial);
  assert.deepEqual(
    write.mock.calls.map(({ arguments: [text] }) => text),
    ['left out: a.csv:3: no box\n', 'left out: b.mp4: a folder\n'],
  );
});
