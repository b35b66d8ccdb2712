import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesByClass, growthAStream } from './heap-classes.ts';

test('sizes are summed by class, and what grew is told for each stream', () => {
  const strings = ['Socket', 'Stream'];
  const meta = {
    node_fields: ['type', 'name', 'id', 'self_size'],
    node_types: [['object', 'native']] as const,
  };
  const of = (...nodes: number[]) => bytesByClass({ snapshot: { meta }, nodes, strings });
  const before = of(0, 0, 1, 100);
  const after = of(0, 0, 1, 100, 0, 0, 2, 300, 1, 1, 3, 50);
  assert.deepEqual(
    [...after],
    [
      ['object Socket', 400],
      ['native Stream', 50],
    ],
  );
  assert.deepEqual(growthAStream(before, after, 2), [
    ['object Socket', 150],
    ['native Stream', 25],
  ]);
});
