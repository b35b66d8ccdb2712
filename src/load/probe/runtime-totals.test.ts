import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuntimeTotals } from './runtime-totals.ts';

test('heap and delay count by their highest, collections are added, and what is never told stays unknown', () => {
  const totals = new RuntimeTotals(Math.max);
  totals.add(undefined);
  assert.equal(totals.figures, undefined);
  totals.add({ heapUsedBytes: 9, gcUs: undefined, loopDelayP99Us: 4 });
  totals.add({ heapUsedBytes: 7, gcUs: 10, loopDelayP99Us: 5, keptHeapBytes: 3 });
  totals.add(undefined);
  totals.add({ heapUsedBytes: undefined, gcUs: 20 });
  assert.deepEqual(totals.figures, {
    heapUsedBytes: 9,
    gcUs: 30,
    loopDelayP99Us: 5,
    fullCollections: undefined,
    keptHeapBytes: 3,
  });
});
