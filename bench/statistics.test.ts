import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ratiosOf, spreadOf } from './statistics.ts';

test('the median of an odd number of rounds is the middle one, of an even number the mean of two', () => {
  assert.deepEqual(spreadOf([9, 1, 5]), { median: 5, min: 1, max: 9, rounds: 3 });
  assert.equal(spreadOf([10, 1, 5, 7])!.median, 6);
});

test('a round without a value is left out, and without any there is nothing to tell', () => {
  assert.deepEqual(spreadOf([undefined, 4]), { median: 4, min: 4, max: 4, rounds: 1 });
  assert.equal(spreadOf([undefined]), undefined);
  assert.equal(spreadOf([]), undefined);
});

test('ratios are made round by round, where both have a value', () => {
  const own = [2, 8, undefined, 3, 1];
  const other = [4, 4, 1, 0];
  assert.deepEqual(ratiosOf(own, other), [0.5, 2, undefined, undefined, undefined]);
  // The medians alone would say that the two are equal.
  assert.equal(spreadOf(ratiosOf([1, 2, 9], [2, 1, 2]))!.median, 2);
});
