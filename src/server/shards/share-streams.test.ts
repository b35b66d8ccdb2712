import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shareStreams } from './share-streams.ts';

test('what is left is shared out equally, and nobody gets more than it can hold', () => {
  assert.deepEqual(shareStreams([0, 0], 10, 100), [5, 5]);
  assert.deepEqual(shareStreams([0, 0], 3, 100), [2, 1]);
  assert.deepEqual(shareStreams([4, 0], 10, 100), [7, 3]);
  assert.deepEqual(shareStreams([0, 0, 0], 300, 50), [50, 50, 50]);
  assert.deepEqual(shareStreams([45, 0], 100, 50), [50, 50]);
  assert.deepEqual(shareStreams([], 10, 10), []);
});

test('together the shares are what the hub may hold, as far as the processes can', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 50 }), { minLength: 1, maxLength: 8 }),
      fc.nat({ max: 300 }),
      fc.integer({ min: 1, max: 60 }),
      (counts, maxStreams, maxOfOne) => {
        const shares = shareStreams(counts, maxStreams, maxOfOne);
        const held = counts.reduce((sum, count) => sum + Math.min(count, maxOfOne), 0);
        const total = shares.reduce((sum, share) => sum + share, 0);
        assert.equal(total, Math.max(held, Math.min(maxStreams, counts.length * maxOfOne)));
        for (const [i, share] of shares.entries()) {
          assert.ok(share <= maxOfOne && share >= Math.min(counts[i]!, maxOfOne));
        }
      },
    ),
  );
});
