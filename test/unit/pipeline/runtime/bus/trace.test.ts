import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { childTrace } from '../../../../../pipeline/runtime/bus/trace.ts';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('childTrace', () => {
  test('stays in the parent’s trace and has a span of its own', () => {
    const [version, trace, span, flags] = childTrace(PARENT).split('-');
    assert.deepEqual([version, trace, flags], ['00', '0af7651916cd43dd8448eb211c80319c', '01']);
    assert.match(span ?? '', /^[0-9a-f]{16}$/);
    assert.notEqual(span, 'b7ad6b7169203331');
  });

  test('two children differ', () => {
    assert.notEqual(childTrace(PARENT), childTrace(PARENT));
  });

  test('begins a new trace where there is no parent, or none that is valid', () => {
    const invalid = [
      undefined,
      '',
      'x',
      PARENT.toUpperCase(),
      `${PARENT}-more`,
      `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    ];
    for (const parent of invalid) {
      const child = childTrace(parent);
      assert.match(child, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      assert.ok(!parent || !child.includes(parent.split('-')[1] ?? 'none'), String(parent));
    }
  });
});
