import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percentilesOf } from './percentiles.ts';

test('half of the values are at most p50, 99 of 100 at most p99', () => {
  const values = Array.from({ length: 1000 }, (_, i) => 1000 - i);
  assert.deepEqual(percentilesOf(values), { p50: 500, p99: 990, max: 1000 });
});

test('one value is all three; of none there are none', () => {
  assert.deepEqual(percentilesOf([7]), { p50: 7, p99: 7, max: 7 });
  assert.throws(() => percentilesOf([]), RangeError);
});
