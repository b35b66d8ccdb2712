import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clopperPearson, trialsToShow } from './clopper-pearson.ts';

test('it gives the published limits', () => {
  // From the documentation of R's binom.test (682 of 925, both sides together 95 %) and its answers for small numbers.
  const cases: [number, number, number, number, number][] = [
    [682, 925, 0.975, 0.7076683, 0.7654066],
    [1, 10, 0.975, 0.002528579, 0.4450161],
    [7, 20, 0.975, 0.1539092, 0.5921885],
    [0, 10, 0.975, 0, 0.3084971],
    [10, 10, 0.975, 0.6915029, 1],
    [0, 10, 0.95, 0, 0.2588656],
  ];
  for (const [hits, trials, confidence, low, high] of cases) {
    const limits = clopperPearson(hits, trials, confidence);
    assert.ok(Math.abs(limits.low - low) < 6e-8, `${hits} of ${trials}: low ${limits.low}`);
    assert.ok(Math.abs(limits.high - high) < 6e-8, `${hits} of ${trials}: high ${limits.high}`);
  }
});

test('29,957 trials without a failure show 99.99 %, 29,956 just do, 29,955 do not', () => {
  assert.equal((1 - clopperPearson(0, 29_957).high).toFixed(6), '0.999900');
  assert.ok(1 - clopperPearson(0, 29_957).high >= 0.9999);
  assert.ok(1 - clopperPearson(0, 29_956).high >= 0.9999);
  assert.ok(1 - clopperPearson(0, 29_955).high < 0.9999);
  assert.equal(trialsToShow(0.9999), 29_956);
  assert.equal(trialsToShow(0.99), 299);
  assert.equal(trialsToShow(1), Number.POSITIVE_INFINITY);
});

test('it approaches the limits of the Poisson distribution when hits are rare', () => {
  // 95 % points of the mean of a Poisson count: Garwood 1936; 2.995732 = -ln 0.05, 0.05129 = -ln 0.95.
  const cases: [number, number, number][] = [
    [0, 0, 2.995732],
    [1, 0.05129329, 4.743865],
    [5, 1.970149, 10.51304],
  ];
  for (const [hits, low, high] of cases) {
    const limits = clopperPearson(hits, 1e10);
    assert.ok(Math.abs(limits.low * 1e10 - low) < 2e-5, `${limits.low}`);
    assert.ok(Math.abs(limits.high * 1e10 - high) < 2e-5, `${limits.high}`);
  }
});

test('the limits hold the share, narrow with more trials, and mirror each other', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), fc.nat(), (trials, some) => {
      const hits = some % (trials + 1);
      const { low, high } = clopperPearson(hits, trials);
      const mirrored = clopperPearson(trials - hits, trials);
      const more = clopperPearson(hits * 4, trials * 4);
      assert.ok(0 <= low && low <= hits / trials && hits / trials <= high && high <= 1);
      assert.ok(Math.abs(1 - mirrored.high - low) < 1e-9 && Math.abs(1 - mirrored.low - high) < 1e-9);
      assert.ok(more.high - more.low <= high - low);
    }),
  );
});

test('more hits than trials are a mistake', () => {
  assert.throws(
    () => clopperPearson(2, 1),
    /^RangeError: Expected `hits` to be from 0 to `trials`, got 2 of 1/,
  );
  assert.throws(() => clopperPearson(0, 0), RangeError);
  assert.throws(() => clopperPearson(Number.NaN, 5), RangeError);
});
