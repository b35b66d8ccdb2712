import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { binByMedian, MOST_POINTS, median, type Point, theilSen } from './theil-sen.ts';

function series(length: number, y: (x: number) => number): Point[] {
  return Array.from({ length }, (_, x) => ({ x, y: y(x) }));
}

/** Normal numbers from a fixed seed. */
function noise(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

test('the slope of a line is its slope, without doubt', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 4, max: 60 }),
      fc.integer({ min: -50, max: 50 }),
      fc.integer(),
      (n, slope, start) => {
        const found = theilSen(series(n, (x) => start + slope * x));
        assert.deepEqual([found.slope, found.low, found.high], [slope, slope, slope]);
        assert.equal(Math.sign(found.z), n > 3 ? Math.sign(slope) : 0);
      },
    ),
  );
});

test('a quarter of wild points does not move it', () => {
  const found = theilSen(series(80, (x) => (x % 4 === 0 ? 1e9 * (x % 3) : 2 * x)));
  assert.ok(Math.abs(found.slope - 2) < 0.5, `${found.slope}`);
});

test("the variance of Kendall's S is smaller by each group of equal values", () => {
  // Three pairs of equals among eight: (8 * 7 * 21 - 3 * 2 * 1 * 9) / 18.
  const values = [10, 22, 21, 30, 22, 30, 40, 40];
  const found = theilSen(values.map((y, x) => ({ x, y })));
  let s = 0;
  for (let i = 0; i < values.length; i++) {
    for (let j = i + 1; j < values.length; j++) s += Math.sign(values[j]! - values[i]!);
  }
  const variance = (8 * 7 * 21 - 3 * (2 * 1 * 9)) / 18;
  assert.ok(Math.abs(found.z - (s - 1) / Math.sqrt(variance * found.alike)) < 1e-9);
});

test('the interval holds the true slope in 95 of 100 series on each side', () => {
  const random = noise(7);
  let above = 0;
  let below = 0;
  for (let run = 0; run < 1000; run++) {
    const found = theilSen(series(40, (x) => 0.1 * x + random()));
    if (found.low > 0.1) above++;
    if (found.high < 0.1) below++;
  }
  for (const missed of [above, below]) assert.ok(missed / 1000 < 0.07, `${missed} of 1000`);
});

test('neighbours that are alike widen the interval: no trend is seen in a slow wander', () => {
  const random = noise(8);
  let accused = 0;
  for (let run = 0; run < 500; run++) {
    let wander = 0;
    const found = theilSen(
      series(100, () => {
        wander = 0.8 * wander + random();
        return wander;
      }),
    );
    if (found.z > 1.645) accused++;
  }
  // Without the correction it is one in four.
  assert.ok(accused / 500 < 0.12, `${accused} of 500`);
});

test('a long series is binned by median and stays cheap', () => {
  const long = series(100_000, (x) => x + (x % 7));
  assert.ok(binByMedian(long, MOST_POINTS).length <= MOST_POINTS);
  const found = theilSen(long);
  assert.ok(found.points <= MOST_POINTS && found.points > MOST_POINTS / 2);
  assert.ok(Math.abs(found.slope - 1) < 1e-3);
});

test('a flat series has no trend, and points at the same x make no pair', () => {
  assert.deepEqual(
    { ...theilSen(series(10, () => 5)) },
    { slope: 0, low: 0, high: 0, z: 0, points: 10, alike: 1 },
  );
  const doubled = [...series(6, (x) => x), ...series(6, (x) => x)].toSorted((a, b) => a.x - b.x);
  assert.equal(theilSen(doubled).slope, 1);
});

test('fewer than 4 points have no interval', () => {
  assert.throws(() => theilSen(series(3, (x) => x)), /^RangeError: Expected at least 4 points, got 3/);
});

test('the median of an even number lies between the middle two', () => {
  assert.deepEqual([median([3, 1, 2]), median([4, 1, 2, 3])], [2, 2.5]);
});
