import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { retryDelay } from './retry-delay.ts';

const ms = fc.integer({ min: 1, max: 2_147_483_647 });
const dice = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const bounds = fc.tuple(ms, ms).map(([a, b]) => ({ minRetryMs: Math.min(a, b), maxRetryMs: Math.max(a, b) }));

test('a delay is a whole number within its bounds, whatever a server asks for', () => {
  const anyRetry = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  const anyFailures = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  const anyRetryAfter = fc.oneof(fc.constant(0), fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true }));
  fc.assert(
    fc.property(
      anyRetry,
      anyFailures,
      dice,
      bounds,
      anyRetryAfter,
      (retryMs, failures, rolled, bound, after) => {
        const delay = retryDelay(retryMs, failures, rolled, bound, after);
        assert.ok(delay >= bound.minRetryMs && delay <= bound.maxRetryMs, `${delay}`);
      },
    ),
  );
});

test('the longest delay doubles with each failure, and the shortest stays: full jitter', () => {
  const bound = { minRetryMs: 100, maxRetryMs: 30_000 };
  const longest = [0, 1, 2, 3, 4, 5].map((failures) => retryDelay(1000, failures, 1 - 2 ** -53, bound));
  assert.deepEqual(longest, [1000, 2000, 4000, 8000, 16_000, 30_000]);
  for (const failures of [0, 1, 5, 1e9]) assert.equal(retryDelay(1000, failures, 0, bound), 100);
});

test('a delay is never shorter than Retry-After asks, up to the bound', () => {
  const bound = { minRetryMs: 100, maxRetryMs: 30_000 };
  assert.equal(retryDelay(1000, 0, 0, bound, 5000), 5000);
  assert.equal(retryDelay(1000, 0, 0, bound, 3_600_000), 30_000);
});
