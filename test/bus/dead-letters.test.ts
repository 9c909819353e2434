/** Hundreds of large dead letters: listed and published again without all of them in memory. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deadLetter, deadLetters, replayDeadLetter } from '../../pipeline/app/jobs/dead-letters.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { Dead } from '../../schemas/dead.ts';
import { Frame } from '../../schemas/frame.ts';
import { clipId, collected, type Testbed, testbed } from './testbed.ts';

const LETTERS = 200;
const BYTES = 700_000;
const clip = clipId(1);

let bed: Testbed;
let bus: Bus;
before(async () => {
  bed = await testbed();
  bus = await bed.open();
  for (let index = 0; index < LETTERS; index++) {
    const subject = `frame.gate.${clip}.${index}`;
    const facts = { clip, camera: 'gate', index, pts: 0, width: 1, height: 1 };
    const headers = { 'ce-id': subject, 'ce-type': Frame.type, 'ce-facts': JSON.stringify(facts) };
    const at = '2026-11-01T09:00:00.000Z';
    const body = { stage: 'tracker', subject, type: Frame.type, reason: 'broken', attempts: 1, at, headers };
    const payload = new Uint8Array(BYTES);
    await bus.publish(outgoing(Dead, { stage: 'tracker', subject }, body, { id: `dead:${index}`, payload }));
  }
});
after(() => bed.close());

test('dead letters - are listed without their payloads', { timeout: 30_000 }, async () => {
  const found = await collected(deadLetters(bus));
  assert.equal(found.length, LETTERS);
  assert.ok(found.every(({ payload }) => payload.length === 0));
  assert.equal(found[7]?.body.subject, `frame.gate.${clip}.7`);
});

test('dead letters - with their payloads they come a few at a time', { timeout: 300_000 }, async () => {
  let bytes = 0;
  for await (const { payload } of bus.stored(Dead)) bytes += payload.length;
  assert.equal(bytes, LETTERS * BYTES);
});

test('dead letters - one that is published again is off the list', { timeout: 30_000 }, async () => {
  const [first] = await collected(deadLetters(bus));
  await replayDeadLetter(bus, await deadLetter(bus, first?.sequence ?? 0));
  assert.equal((await bus.last(Frame, `frame.gate.${clip}.0`))?.payload.length, BYTES);
  assert.equal((await collected(deadLetters(bus))).length, LETTERS - 1);
});
