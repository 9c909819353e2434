import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intersection } from '../../../../../pipeline/domain/vision/box.ts';
import { UsageError } from '../../../../../pipeline/runtime/errors.ts';
import { ClipTracked } from '../../../../../schemas/clip-tracked.ts';
import { LabelReviewed } from '../../../../../schemas/label-reviewed.ts';
import { Track } from '../../../../../schemas/track.ts';
import type { AuditTask } from '../../../../../stages/filter/studio/api.ts';
import { auditEntry, auditTasks } from '../../../../../stages/filter/studio/audit.ts';
import { Projection } from '../../../../../stages/filter/studio/projection.ts';

const clip = 'a3f19c0072be4d58';
const LABELLED = 300;
const FRAMES = 400;
const SEED = 7;

/** Two animals on the first 300 of 400 frames. */
function projected(): Projection {
  const projection = new Projection(0.6);
  const ledger = { decoded: FRAMES, labelled: LABELLED, empty: FRAMES - LABELLED, skipped: {}, dead: 0 };
  projection.addFacts(clip, {
    tracked: { ...ClipTracked.examples.valid, clip, ledger, looked: [[0, FRAMES - 1, 1]] },
  });
  for (const track of [1, 2])
    for (let index = 0; index < LABELLED; index++)
      projection.addLabel({
        ...{ ...Track.examples.valid, clip, track, index },
        box: [track * 100 + (index % 50), 50, 60, 40],
      });
  return projection;
}

let sequence = 0;
function decide(
  projection: Projection,
  decision: LabelReviewed['decision'],
  track: number,
  from: number,
  to: number,
) {
  sequence += 1;
  const entry = { ...LabelReviewed.examples.valid, clip, track, from, to, decision, action: `a${sequence}` };
  projection.addDecision(entry, sequence, `id-${sequence}`);
}
function acceptAll(projection: Projection): Projection {
  decide(projection, 'accepted', 1, 0, LABELLED - 1);
  decide(projection, 'accepted', 2, 0, LABELLED - 1);
  return projection;
}

/** Answers all that is asked, so often; gives what was asked. */
function answered(projection: Projection, rounds: number): AuditTask[] {
  return Array.from({ length: rounds }).flatMap(() => {
    const tasks = auditTasks(projection, SEED);
    for (const { task } of tasks) {
      const entry = auditEntry(projection, { task, right: true }, { seed: SEED, by: 'mika' });
      projection.addAnswer(entry, ++sequence, `id-${sequence}`);
    }
    return tasks;
  });
}

test('audit - accepted labels and frames without labels are asked for, and nothing else', () => {
  const projection = projected();
  assert.ok(auditTasks(projection, SEED).every(({ track, index }) => track === null && index >= LABELLED));
  decide(projection, 'accepted', 1, 0, 49);
  decide(projection, 'rejected', 2, 0, LABELLED - 1);
  const tasks = answered(projection, 30);
  const labels = tasks.filter(({ track }) => track !== null);
  assert.equal(labels.length, 50, 'every accepted label once');
  assert.ok(labels.every(({ track, index }) => track === 1 && index < 50));
  const frames = tasks.flatMap(({ track, index }) => (track === null ? [index] : []));
  assert.equal(new Set(frames).size, FRAMES - LABELLED, 'every frame without labels once');
  assert.deepEqual(auditTasks(projection, SEED), []);
});

test('audit - a frame of which every label was rejected has none; one that nobody looked at is not asked for', () => {
  const projection = projected();
  const before = projection.facts(clip)!.tracked!;
  projection.addFacts(clip, { tracked: { ...before, looked: [[0, FRAMES - 1, 2]] } });
  decide(projection, 'rejected', 1, 10, 11);
  decide(projection, 'rejected', 2, 10, 11);
  const frames = answered(projection, 10).map(({ index }) => index);
  assert.ok(frames.includes(10));
  assert.ok(
    frames.every((index) => index % 2 === 0),
    `${frames}`,
  );
  assert.equal(frames.length, 1 + (FRAMES - LABELLED) / 2);
});

test('audit - who asks again, or after a restart, is asked the same; another seed asks for others', () => {
  const tasks = auditTasks(acceptAll(projected()), SEED);
  assert.deepEqual(auditTasks(acceptAll(projected()), SEED), tasks);
  const others = new Set(auditTasks(acceptAll(projected()), SEED + 1).map(({ task }) => task));
  assert.ok(tasks.filter(({ task }) => others.has(task)).length < tasks.length / 4);
});

test('audit - the sample is spread over all labels, whenever they were accepted', () => {
  const early = projected();
  decide(early, 'accepted', 1, 0, LABELLED - 1);
  answered(early, 2);
  decide(early, 'accepted', 2, 0, LABELLED - 1);
  const all = [...answered(early, 6)].filter(({ track }) => track === 2);
  const whole = answered(acceptAll(projected()), 6).filter(({ track }) => track !== null);
  const second = whole.filter(({ track }) => track === 2);
  assert.ok(Math.abs(second.length / whole.length - 0.5) < 0.15, `${second.length} of ${whole.length}`);
  const late = whole.filter(({ index }) => index >= LABELLED / 2);
  assert.ok(Math.abs(late.length / whole.length - 0.5) < 0.15, `${late.length} of ${whole.length}`);
  const names = new Set(all.map(({ task }) => task));
  assert.ok(
    second.every(({ task }) => names.has(task)),
    'those accepted late are not passed over',
  );
});

test('audit - every tenth label or so has a box that touches no animal; others have their own', () => {
  const projection = acceptAll(projected());
  const tasks = answered(projection, 30).filter(({ track }) => track !== null);
  const labels = projection.tracks(clip);
  const boxesOf = (index: number) =>
    labels.flatMap((track) => track.labels.filter((label) => label.index === index).map(({ box }) => box));
  const planted = tasks.filter(({ box, index }) =>
    boxesOf(index).every((other) => intersection(box!, other) === 0),
  );
  assert.equal(projection.audit.estimates().planted.shown, planted.length);
  assert.ok(planted.length > 30 && planted.length < 90, `${planted.length} of ${tasks.length}`);
  for (const { box } of planted) {
    const [x, y, w, h] = box!;
    assert.ok(x >= 0 && y >= 0 && x + w <= 640 && y + h <= 360, `${box}`);
  }
  const own = new Set(tasks.filter((task) => !planted.includes(task)));
  for (const { track, index, box } of own)
    assert.deepEqual(labels.find((view) => view.track === track)!.labels[index]!.box, box);
  assert.equal(projection.labelCounts().reviews.accepted, 2 * LABELLED, 'no box of it became a label');
});

test('audit - what is not asked, or not any more, is refused', () => {
  const projection = acceptAll(projected());
  const by = { seed: SEED, by: 'mika' };
  const label = auditTasks(projection, SEED).find(({ track }) => track !== null)!;
  decide(projection, 'rejected', label.track!, label.index, label.index);
  assert.throws(() => auditEntry(projection, { task: label.task, right: true }, by), UsageError);
  for (const task of [`${clip}.3.frame`, `${clip}.999.frame`, `${clip}.3.9`, 'x', '0000000000000000.1.1'])
    assert.throws(() => auditEntry(projection, { task, right: true }, by), UsageError, task);
});
