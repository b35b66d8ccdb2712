import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shareRate } from './share-rate.ts';

test('who has more streams ends more of them a second', () => {
  assert.deepEqual(shareRate([3000, 1000], 2000), [1500, 500]);
  assert.deepEqual(shareRate([500, 500, 500, 500], 2500), [625, 625, 625, 625]);
  assert.deepEqual(shareRate([0, 0], 2500), [1250, 1250]);
  assert.deepEqual(shareRate([], 2500), []);
});

test('who has none may get some meanwhile, and can end them; together they stay within the rate', () => {
  const [few, many] = shareRate([0, 10_000], 2500);
  assert.ok(few! >= 100 && many! >= 2200);
  assert.ok(few! + many! <= 2500);
});

test('a rate below one each is one each', () => {
  assert.deepEqual(shareRate([100, 5, 0], 1), [1, 1, 1]);
});
