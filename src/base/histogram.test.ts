import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Histogram } from './histogram.ts';

test('each value is in the first bucket that it fits in, as often as it was seen', () => {
  const values = fc.array(fc.tuple(fc.double({ min: -1, max: 10, noNaN: true }), fc.nat({ max: 5 })));
  const bounds = fc.uniqueArray(fc.double({ min: 0, max: 8, noNaN: true }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(values, bounds, (seen, unsorted) => {
      const limits = [...unsorted].sort((a, b) => a - b);
      const histogram = new Histogram(limits);
      for (const [value, times] of seen) histogram.observe(value, times);
      const { counts, sum } = histogram.figures();
      const within = (low: number, high: number) =>
        seen.filter(([value]) => value > low && value <= high).reduce((all, [, times]) => all + times, 0);
      const edges = [Number.NEGATIVE_INFINITY, ...limits, Number.POSITIVE_INFINITY];
      assert.deepEqual(
        counts,
        limits.concat(0).map((_, i) => within(edges[i]!, edges[i + 1]!)),
      );
      const expected = seen.reduce((all, [value, times]) => all + Math.max(value, 0) * times, 0);
      assert.ok(Math.abs(sum - expected) < 1e-6);
    }),
  );
});
