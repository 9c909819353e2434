import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DroppedError, Turns } from '../../../../../../../stages/filter/page/src/canvas/turns.ts';

/** One thing at a time, the first of which waits for `open`. */
function queue() {
  const turns = new Turns(1);
  const done: string[] = [];
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const work = (name: string) => async () => {
    await opened;
    done.push(name);
  };
  return { turns, done, open, work };
}

describe('turns', () => {
  test('what is needed most comes first, and of the same need what was asked first', async () => {
    const { turns, done, open, work } = queue();
    const all = [
      turns.take('running', 2, work('running')),
      turns.take('crop', 2, work('crop')),
      turns.take('next', 1, work('next')),
      turns.take('after', 1, work('after')),
      turns.take('now', 0, work('now')),
    ];
    open();
    await Promise.all(all);
    assert.deepEqual(done, ['running', 'now', 'next', 'after', 'crop']);
  });

  test('what is wanted meanwhile goes to the front', async () => {
    const { turns, done, open, work } = queue();
    const all = ['running', 'a', 'b'].map((name) => turns.take(name, 1, work(name)));
    turns.hurry('b');
    open();
    await Promise.all(all);
    assert.deepEqual(done, ['running', 'b', 'a']);
  });

  test('what is of no use any more is dropped, if its turn has not come', async () => {
    const { turns, done, open, work } = queue();
    const running = turns.take('running', 1, work('running'));
    const dropped = turns.take('b', 1, work('b'));
    turns.drop(() => true);
    await assert.rejects(dropped, DroppedError);
    open();
    await running;
    assert.deepEqual(done, ['running']);
  });

  test('a failure gives its turn to the next', async () => {
    const turns = new Turns(1);
    const failed = turns.take('a', 0, () => Promise.reject(new Error('no')));
    const next = turns.take('b', 0, async () => 'yes');
    await assert.rejects(failed, /no/);
    assert.equal(await next, 'yes');
  });
});
