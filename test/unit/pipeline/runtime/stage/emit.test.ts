import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type Outgoing, outgoing } from '../../../../../pipeline/runtime/bus/envelope.ts';
import { emit } from '../../../../../pipeline/runtime/stage/emit.ts';
import { Look } from '../../../../../schemas/look.ts';

function look(index: number): Outgoing {
  return outgoing(Look, { clip: 'c', index }, { ...Look.examples.valid, index });
}

const indexOf = (message: Outgoing) => Number(message.subject.split('.').at(-1));
const looks = (count: number) => Array.from({ length: count }, (_, index) => look(index));

/** A server that stores when it is told to. */
function slowServer() {
  const asked: number[] = [];
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  return {
    asked,
    publish: (message: Outgoing) => {
      asked.push(indexOf(message));
      return new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }));
    },
    store: (count = waiting.length) => {
      for (const { resolve } of waiting.splice(0, count)) resolve();
    },
    refuse: (error: Error) => waiting.shift()?.reject(error),
  };
}

/** Whether it is over by now. */
function watched(promise: Promise<void>) {
  const state = { over: false };
  promise.then(
    () => {
      state.over = true;
    },
    () => {
      state.over = true;
    },
  );
  return state;
}

describe('emit', () => {
  test('asks in order, many at once, and is over when all is stored', async () => {
    const server = slowServer();
    const emitting = emit(looks(5), server.publish);
    const state = watched(emitting);
    await setImmediate();
    assert.deepEqual(server.asked, [0, 1, 2, 3, 4]);
    server.store(4);
    await setImmediate();
    assert.ok(!state.over, 'one is still to be stored');
    server.store();
    await emitting;
  });

  test('never has more than sixteen in flight: a handler that gives faster waits', async () => {
    const server = slowServer();
    let made = 0;
    async function* many() {
      for (; made < 40; made++) yield look(made);
    }
    const emitting = emit(many(), server.publish);
    await setImmediate();
    assert.equal(server.asked.length, 16);
    assert.ok(made <= 16);
    server.store(1);
    await setImmediate();
    assert.equal(server.asked.length, 17);
    while (server.asked.length < 40) {
      server.store();
      await setImmediate();
    }
    server.store();
    await emitting;
  });

  test('a commit runs when all before it is stored, and nothing behind it is asked for before', async () => {
    const server = slowServer();
    const told: string[] = [];
    const committed = Promise.withResolvers<void>();
    const commit = {
      commit: async () => {
        told.push('began');
        await committed.promise;
        told.push('ended');
      },
    };
    const emitting = emit([look(0), look(1), commit, look(2)], server.publish);
    await setImmediate();
    assert.deepEqual([server.asked, told], [[0, 1], []]);
    server.store();
    await setImmediate();
    assert.deepEqual([server.asked, told], [[0, 1], ['began']], 'nothing behind a commit that is under way');
    committed.resolve();
    await setImmediate();
    assert.deepEqual(
      [server.asked, told],
      [
        [0, 1, 2],
        ['began', 'ended'],
      ],
    );
    server.store();
    await emitting;
  });

  test('the first refusal ends it: no commit, no more messages, and the handler is told', async () => {
    const server = slowServer();
    let ended = false;
    async function* giving() {
      try {
        yield look(0);
        yield { commit: async () => assert.fail('not stored, so not committed') };
        yield look(1);
      } finally {
        ended = true;
      }
    }
    const emitting = emit(giving(), server.publish);
    await setImmediate();
    server.refuse(new Error('too large'));
    await assert.rejects(emitting, /too large/);
    assert.ok(ended);
    assert.deepEqual(server.asked, [0]);
  });

  test('a handler that throws: its error, but only when what it gave before is stored', async () => {
    const server = slowServer();
    async function* failing() {
      yield look(0);
      throw new Error('broken in the middle');
    }
    const emitting = emit(failing(), server.publish);
    const state = watched(emitting);
    await setImmediate();
    assert.ok(!state.over);
    server.store();
    await assert.rejects(emitting, /broken in the middle/);
  });

  test('nothing to give is nothing to wait for', async () => {
    await emit([], () => assert.fail('nothing is published'));
  });
});
