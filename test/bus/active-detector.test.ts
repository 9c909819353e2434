/** Which model a detector has: it follows the pointer on the bus, through a real server. */
import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import Value from 'typebox/value';
import { openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { readDetectorCard } from '../../pipeline/domain/models/detector/card.ts';
import { activate, storeModel } from '../../pipeline/domain/models/registry.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { FatalError } from '../../pipeline/runtime/errors.ts';
import { DetectorOptions } from '../../stages/detector/options.ts';
import { detector } from '../../stages/detector/stage.ts';
import { untrainedDetector } from '../fixtures/untrained-detector.ts';
import { until } from '../processes/until.ts';
import { type Testbed, testbed } from './testbed.ts';

let bed: Testbed;
let bus: Bus;
before(async () => {
  await openBackend('wasm');
  bed = await testbed();
  bus = await bed.open();
});
after(() => bed.close());

/** @param seed another gives another model */
async function stored(seed: number): Promise<string> {
  const files = await untrainedDetector({ seed });
  const { id } = readDetectorCard(files);
  await storeModel(bus, id, files);
  return id;
}

let active: string | null = null;
async function makeActive(model: string): Promise<void> {
  assert.ok(await activate(bus, 'detector', model, 'by the test', active));
  active = model;
}

/** Resolves when it is ready for looks; it is stopped with the test. */
async function started(t: TestContext): Promise<void> {
  const stop = new AbortController();
  const options = { ...Value.Create(DetectorOptions), backend: 'wasm' as const };
  const running = await detector.start({ bus, log: bed.log, options, signal: stop.signal });
  t.after(async () => {
    stop.abort();
    await running.stop?.();
  });
}

const said = (model: string, msg: RegExp) =>
  bed.lines.some((line) => line.model === model && msg.test(String(line.msg)));

describe('the active detector', { timeout: 300_000 }, () => {
  test('one that is not there, and none before it: the stage ends and says which, rather than wait', async (t) => {
    await makeActive('0123456789abcdef');
    await assert.rejects(started(t), (error: unknown) => {
      assert.ok(error instanceof FatalError);
      assert.match(error.message, /the active detector 0123456789abcdef can't be loaded: no model/);
      return true;
    });
  });

  test('one that cannot be fetched at the moment is fetched again', async (t) => {
    const model = await stored(1);
    await makeActive(model);
    const gone = t.mock.method(bus.objects, 'getFolder', async () => {
      gone.mock.restore();
      throw new Error('the server is away');
    });
    await started(t);
    assert.ok(said(model, /^model not loaded yet$/));
    assert.ok(said(model, /^model loaded$/));
  });

  test('while one that cannot be fetched is asked for, another becomes active: that one is loaded', async (t) => {
    const [away, other] = [await stored(2), await stored(3)];
    await makeActive(away);
    const getFolder = bus.objects.getFolder.bind(bus.objects);
    t.mock.method(bus.objects, 'getFolder', async (...asked: Parameters<Bus['objects']['getFolder']>) => {
      if (asked[1] === away) throw new Error('the server is away');
      return getFolder(...asked);
    });
    const ready = started(t);
    await until(() => said(away, /^model not loaded yet$/), 'the first try');
    await makeActive(other);
    await ready;
    assert.ok(said(other, /^model loaded$/) && !said(away, /^model loaded$/));
  });

  test('a new one that is not there: the one before stays', async (t) => {
    await makeActive(await stored(4));
    await started(t);
    await makeActive('fedcba9876543210');
    await until(() => said('fedcba9876543210', /the one before stays/), 'the refusal');
  });
});
