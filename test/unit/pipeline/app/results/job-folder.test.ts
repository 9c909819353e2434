import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { markStaying, refuseStaying } from '../../../../../pipeline/app/results/job-folder.ts';
import { UsageError } from '../../../../../pipeline/runtime/errors.ts';

test('job folder - no job begins anew on the store of `shika up`', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'shika-job-'));
  t.after(() => rmSync(folder, { recursive: true }));
  refuseStaying(folder);
  markStaying(folder);
  assert.throws(() => refuseStaying(folder), UsageError);
});
