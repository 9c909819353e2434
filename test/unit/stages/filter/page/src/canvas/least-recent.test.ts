import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LeastRecent } from '../../../../../../../stages/filter/page/src/canvas/least-recent.ts';

function kept(room: number) {
  const closed: string[] = [];
  const cache = new LeastRecent<string>(
    room,
    ({ length }) => length,
    (value) => closed.push(value),
  );
  return { cache, closed };
}

describe('what was used last', () => {
  test('is kept; what was not used for longest gives way and is closed', () => {
    const { cache, closed } = kept(6);
    cache.set('a', 'aa');
    cache.set('b', 'bb');
    cache.set('c', 'cc');
    cache.get('a');
    cache.set('d', 'dd');
    assert.deepEqual(closed, ['bb']);
    assert.equal(cache.get('a'), 'aa');
    assert.equal(cache.get('b'), undefined);
    assert.equal(cache.held, 6);
  });

  test('counts a value that takes the place of another once', () => {
    const { cache, closed } = kept(6);
    cache.set('a', 'aaaa');
    cache.set('a', 'aa');
    assert.equal(cache.held, 2);
    assert.deepEqual(closed, ['aaaa']);
  });

  test('is kept although it alone is larger than the room', () => {
    const { cache, closed } = kept(3);
    cache.set('a', 'aa');
    cache.set('b', 'bbbbb');
    assert.equal(cache.get('b'), 'bbbbb');
    assert.deepEqual(closed, ['aa']);
  });
});
