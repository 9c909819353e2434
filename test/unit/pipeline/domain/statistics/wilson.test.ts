import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wilsonInterval } from '../../../../../pipeline/domain/statistics/wilson.ts';

test('wilson interval - equals the textbook’s, and all of four says little', () => {
  const near = (share: number, cases: number, low: number, high: number) => {
    const interval = wilsonInterval(share, cases);
    assert.ok(Math.abs(interval[0] - low) < 5e-4 && Math.abs(interval[1] - high) < 5e-4, `${interval}`);
  };
  near(1, 4, 0.51, 1); // statsmodels.stats.proportion.proportion_confint(4, 4, method='wilson')
  near(0.5, 10, 0.2366, 0.7634);
  near(0, 20, 0, 0.1611);
});
