import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LatencyHistogram, LONGEST_US } from './histogram.ts';

const microseconds = fc.oneof(
  fc.integer({ min: 0, max: 3000 }),
  fc.integer({ min: 0, max: 10_000_000 }),
  fc.integer({ min: 0, max: LONGEST_US }),
);

function histogramOf(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

/** The value at a percentile by its definition: the smallest that so many values do not exceed. */
function valueAt(sorted: readonly number[], percentile: number): number {
  return sorted[Math.max(Math.ceil((sorted.length * percentile) / 100 - 1e-9), 1) - 1]!;
}

function assertWithin(actual: number, expected: number, name: string): void {
  // A bucket's edges are at most 0.1 % apart; below 2048 us each microsecond has its own.
  assert.ok(Math.abs(actual - expected) <= expected / 1000, `${name}: ${actual} for ${expected}`);
}

test('an empty histogram has no figures', () => {
  assert.equal(new LatencyHistogram().figures(), undefined);
  const used = histogramOf([5]);
  used.reset();
  assert.equal(used.figures(), undefined);
  assert.equal(LatencyHistogram.decode(used.encode()).figures(), undefined);
});

test('all figures are within 0.1 % of the values recorded', () => {
  fc.assert(
    fc.property(fc.array(microseconds, { minLength: 1, maxLength: 400 }), (values) => {
      const figures = histogramOf(values).figures()!;
      const sorted = values.toSorted((a, b) => a - b);
      assert.equal(figures.count, values.length);
      assertWithin(figures.minUs, sorted[0]!, 'min');
      assertWithin(figures.p50Us, valueAt(sorted, 50), 'p50');
      assertWithin(figures.p90Us, valueAt(sorted, 90), 'p90');
      assertWithin(figures.p99Us, valueAt(sorted, 99), 'p99');
      assertWithin(figures.p999Us, valueAt(sorted, 99.9), 'p99.9');
      assertWithin(figures.maxUs, sorted.at(-1)!, 'max');
      assertWithin(figures.meanUs, values.reduce((sum, value) => sum + value, 0) / values.length, 'mean');
    }),
  );
});

test('parts that were sent and merged give exactly the figures of the whole', () => {
  fc.assert(
    fc.property(fc.array(fc.array(microseconds, { maxLength: 60 }), { maxLength: 6 }), (parts) => {
      const whole = histogramOf(parts.flat());
      const merged = new LatencyHistogram();
      for (const part of parts) merged.add(LatencyHistogram.decode(histogramOf(part).encode()));
      assert.deepEqual(merged.figures(), whole.figures());
      assert.equal(merged.count, whole.count);
      assert.deepEqual(LatencyHistogram.decode(merged.encode()).figures(), whole.figures());
    }),
  );
});

test('values above a bound are counted exactly where the buckets are single microseconds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 2047 }), { maxLength: 100 }),
      fc.integer({ min: 0, max: 5000 }),
      (values, boundUs) => {
        assert.equal(
          histogramOf(values).countAbove(boundUs),
          values.filter((value) => value > boundUs).length,
        );
      },
    ),
  );
  assert.equal(histogramOf([499_000, 500_000, 502_000, 900_000]).countAbove(500_000), 2);
});

test('a value out of range counts at the edge of the range, and a fraction is rounded', () => {
  const figures = histogramOf([-5, 1e15, 2.6]).figures()!;
  assert.equal(figures.minUs, 0);
  assert.equal(figures.p50Us, 3);
  assertWithin(figures.maxUs, LONGEST_US, 'max');
});

test('a bucket counts beyond 32 bits', () => {
  const histogram = histogramOf([40, 90_000]);
  for (let i = 0; i < 33; i++) histogram.add(LatencyHistogram.decode(histogram.encode()));
  assert.equal(histogram.count, 2 ** 34);
  assert.equal(LatencyHistogram.decode(histogram.encode()).count, 2 ** 34);
});

test('a text that holds no histogram is refused', () => {
  for (const text of ['', 'AAAA', 'no base64 at all', histogramOf([1]).encode().slice(0, 20)]) {
    assert.throws(() => LatencyHistogram.decode(text), RangeError, JSON.stringify(text));
  }
});
