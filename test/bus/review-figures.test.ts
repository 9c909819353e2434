import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { clipContexts, labelsOf } from '../../pipeline/domain/labels/labels.ts';
import { reviewFigures } from '../../pipeline/domain/labels/review-figures.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { LabelAudited } from '../../schemas/label-audited.ts';
import { LabelReviewed } from '../../schemas/label-reviewed.ts';
import { publishLabelled } from './studio-bed.ts';
import { clipId, testbed } from './testbed.ts';

const bed = await testbed();
const bus = await bed.open();
after(() => bed.close());

test('review figures - a person’s seconds for each label that is good in the end, and what the audit found', async () => {
  const clip = clipId(1);
  await publishLabelled(bus, { clip, tracks: 1, frames: 30 });
  const decide = (action: string, change: Partial<LabelReviewed>) => {
    const at = `2026-11-01T09:00:0${action}.000Z`;
    const body = { ...LabelReviewed.examples.valid, clip, track: 1, action, by: 'mika', at, ...change };
    return bus.publish(outgoing(LabelReviewed, { clip, track: 1 }, body, { id: `decision-${action}` }));
  };
  await decide('1', { from: 0, to: 19, decision: 'accepted', tookMs: 1_500 });
  await decide('2', { from: 0, to: 3, decision: 'rejected', tookMs: 500 });
  await decide('3', { from: 20, to: 24, decision: 'accepted', by: 'auto' });
  for (let index = 4; index < 14; index += 1) {
    const body = { ...LabelAudited.examples.valid, clip, index, right: index !== 4 };
    await bus.publish(outgoing(LabelAudited, { clip, index }, body, { id: `answer-${index}` }));
  }
  const labels = await labelsOf(bus, clip, await clipContexts(bus));
  const { audit, ...cost } = await reviewFigures(bus, labels);
  assert.deepEqual(cost, { seconds: 2, accepted: 16, secondsPerAccepted: 0.125 });
  assert.deepEqual([audit.wrongLabels?.share, audit.wrongLabels?.asked], [0.1, 10]);
  assert.equal(audit.missedAnimals, null);
});
