import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuditAnswers, LATEST_ASKED, LEAST_ASKED } from '../../../../../pipeline/domain/labels/audit.ts';
import { LabelAudited } from '../../../../../schemas/label-audited.ts';

const example = LabelAudited.examples.valid;

function answers(...given: readonly Partial<LabelAudited>[]): AuditAnswers {
  const all = new AuditAnswers();
  for (const [i, answer] of given.entries()) all.add({ ...example, index: i, ...answer });
  return all;
}
const times = (count: number, answer: Partial<LabelAudited>) => Array(count).fill(answer);
const frame = { track: null, box: null };

test('audit - the share of wrong labels has its interval; few answers have none', () => {
  const few = answers(...times(LEAST_ASKED - 1, { right: false }));
  assert.equal(few.estimates().wrongLabels, null);
  const { wrongLabels, missedAnimals } = answers(
    ...times(95, { right: true }),
    ...times(5, { right: false }),
  ).estimates();
  assert.equal(missedAnimals, null);
  assert.deepEqual([wrongLabels?.share, wrongLabels?.asked], [0.05, 100]);
  // Wilson's interval of 5 in 100, as R's binom.confint gives it.
  assert.ok(Math.abs((wrongLabels?.low ?? 0) - 0.0215) < 5e-4, `${wrongLabels?.low}`);
  assert.ok(Math.abs((wrongLabels?.high ?? 0) - 0.1118) < 5e-4, `${wrongLabels?.high}`);
});

test('audit - frames without labels and planted boxes are counted by themselves', () => {
  const { wrongLabels, missedAnimals, planted } = answers(
    ...times(20, { right: true }),
    ...times(9, { ...frame, right: true }),
    { ...frame, right: false },
    ...times(3, { planted: true, right: false }),
    { planted: true, right: true },
  ).estimates();
  assert.deepEqual([wrongLabels?.share, wrongLabels?.asked], [0, 20]);
  assert.deepEqual([missedAnimals?.share, missedAnimals?.asked], [0.1, 10]);
  assert.deepEqual(planted, { shown: 4, noticed: 3 });
});

test('audit - the last answer about a label counts, whoever gave it', () => {
  const all = answers(...times(10, { right: true }));
  all.add({ ...example, index: 3, right: false, by: 'ren' });
  assert.deepEqual([all.estimates().wrongLabels?.share, all.estimates().wrongLabels?.asked], [0.1, 10]);
  assert.ok(all.has({ clip: example.clip, index: 3, track: 1 }));
  assert.ok(!all.has({ clip: example.clip, index: 3, track: null }));
});

test('audit - who put the labels right is not held to what they were: the latest answers count', () => {
  const all = answers(...times(50, { right: false }), ...times(LATEST_ASKED, { right: true }));
  assert.deepEqual(
    [all.estimates().wrongLabels?.share, all.estimates().wrongLabels?.asked],
    [0, LATEST_ASKED],
  );
});
