import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Stats } from '../../../../../pipeline/runtime/stage/stats.ts';
import { capturedLog } from '../../../../bus/testbed.ts';

function written(stats: Stats) {
  const { log, lines } = capturedLog();
  stats.write(log);
  return lines[0] ?? assert.fail('nothing was written');
}

describe('stats', () => {
  test('one line says how much came and went, how long it took and what waits', () => {
    const stats = new Stats('detector');
    for (let ms = 1; ms <= 99; ms++) stats.handled(['gate', 'gate'], ms);
    stats.handled(['gate', 'gate', '', 'hill'], 1000);
    for (let i = 0; i < 7; i++) stats.published('shika.boxes.v1', 'gate');
    stats.died('gate');
    stats.lag('detector_look', 12);
    const { msg, in: came, out, dead, lag, batch, p50Ms, p99Ms, rssMiB } = written(stats);
    assert.deepEqual(
      { msg, came, out, dead, lag, batch },
      { msg: 'stats', came: 202, out: 7, dead: 1, lag: 12, batch: 2 },
    );
    assert.ok(Math.abs(Number(p50Ms) - 50) <= 1, `p50 ${p50Ms}`);
    assert.ok(Math.abs(Number(p99Ms) - 99) <= 2, `p99 ${p99Ms}`);
    assert.ok(Number(rssMiB) > 10);
  });

  test('the next line begins anew, but for what waits', () => {
    const stats = new Stats('detector');
    stats.handled(['gate', 'gate', 'gate'], 10);
    stats.lag('detector_look', 5);
    written(stats);
    const { in: came, out, dead, lag, batch, p50Ms, p99Ms } = written(stats);
    assert.deepEqual(
      { came, out, dead, lag, batch, p50Ms, p99Ms },
      { came: 0, out: 0, dead: 0, lag: 5, batch: 0, p50Ms: 0, p99Ms: 0 },
    );
  });

  test('what waits is of all the stage’s consumers: one that is idle does not hide another', () => {
    const stats = new Stats('detector');
    stats.lag('filter_clip_tracked', 20);
    stats.lag('filter_job_dataset', 0);
    assert.equal(written(stats).lag, 20);
    stats.lag('filter_clip_tracked', 0);
    assert.equal(written(stats).lag, 0);
  });
});
