import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Channel, messagesOf } from '../../../../../pipeline/runtime/stage/channel.ts';
import { emit } from '../../../../../pipeline/runtime/stage/emit.ts';

const never = new AbortController().signal;

describe('Channel', () => {
  test('gives items in order, those that were sent before anybody took them as well', async () => {
    const channel = new Channel<number>();
    void channel.send(1);
    void channel.send(2);
    const taken: number[] = [];
    const taking = (async () => {
      for await (const item of channel) taken.push(item);
    })();
    await channel.send(3);
    channel.end();
    await taking;
    assert.deepEqual(taken, [1, 2, 3]);
  });

  test('a sender goes on when its item has been taken, not before', async () => {
    const channel = new Channel<string>();
    let sent = 0;
    void (async () => {
      for (const item of ['a', 'b', 'c']) {
        await channel.send(item);
        sent += 1;
      }
    })();
    const items = channel[Symbol.asyncIterator]();
    await setImmediate();
    assert.equal(sent, 0);
    await items.next();
    await setImmediate();
    assert.equal(sent, 1);
  });

  test('where nothing is taken any more, those who wait and those who come are refused', async () => {
    const channel = new Channel<number>();
    const waiting = channel.send(1);
    channel.refuse(new Error('gone'));
    await assert.rejects(waiting, /gone/);
    await assert.rejects(channel.send(2), /gone/);
  });
});

describe('messagesOf', () => {
  test('yields what the work sends while it runs, and returns its result', async () => {
    const answer = Promise.withResolvers<string>();
    const messages = messagesOf<string, string>(async (send) => {
      await send('question');
      return `result ${await answer.promise}`;
    }, never);
    assert.deepEqual(await messages.next(), { value: 'question', done: false });
    answer.resolve('42'); // the work waits for what its message led to
    assert.deepEqual(await messages.next(), { value: 'result 42', done: true });
  });

  test('what the work throws comes behind all that it sent, also what it did not wait for', async () => {
    const messages = messagesOf<number, void>(async (send) => {
      send(1).catch(() => {});
      send(2).catch(() => {});
      throw new Error('broken');
    }, never);
    const taken: number[] = [];
    const taking = (async () => {
      for await (const item of messages) taken.push(item);
    })();
    await assert.rejects(taking, /broken/);
    assert.deepEqual(taken, [1, 2]);
  });

  test('when the messages are taken no further, the work is told and waited for', async () => {
    let ended = false;
    const messages = messagesOf<number, void>(async (send, signal) => {
      await send(1);
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      await setImmediate();
      ended = true;
    }, never);
    for await (const _ of messages) break;
    assert.ok(ended);
  });

  test('the signal of the handler reaches the work', async () => {
    const stop = new AbortController();
    const messages = messagesOf<number, void>(async (_, signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      signal.throwIfAborted();
    }, stop.signal);
    const next = messages.next();
    stop.abort(new Error('stopped'));
    await assert.rejects(next, /stopped/);
  });

  test('a commit that the work sends holds back what it sends later, as where a handler yields it', async () => {
    const order: string[] = [];
    const messages = messagesOf<string | { commit(): Promise<void> }, void>(async (send) => {
      await send('before');
      await send({ commit: async () => void order.push('commit') });
      await send('after');
    }, never);
    await emit(
      (async function* () {
        for await (const item of messages)
          yield typeof item === 'string' ? ({ subject: item } as Parameters<typeof publish>[0]) : item; // the subject is all that is read
      })(),
      publish,
    );
    assert.deepEqual(order, ['before', 'commit', 'after']);

    async function publish({ subject }: Parameters<Parameters<typeof emit>[1]>[0]): Promise<void> {
      await setImmediate();
      order.push(subject);
    }
  });
});
