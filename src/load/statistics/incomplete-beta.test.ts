import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { incompleteBeta, inverseIncompleteBeta } from './incomplete-beta.ts';

function assertClose(actual: number, expected: number, relative = 1e-12): void {
  assert.ok(Math.abs(actual - expected) <= Math.abs(expected) * relative, `${actual} for ${expected}`);
}

/** P(at least `hits` of `trials`), summed term by term; only for few trials. */
function atLeast(hits: number, trials: number, p: number): number {
  let sum = 0;
  let ways = 1;
  for (let k = 0; k <= trials; k++) {
    if (k >= hits) sum += ways * p ** k * (1 - p) ** (trials - k);
    ways = (ways * (trials - k)) / (k + 1);
  }
  return sum;
}

test('it is the binomial tail for whole parameters', () => {
  const cases = fc.record({
    trials: fc.integer({ min: 1, max: 40 }),
    hits: fc.nat(),
    p: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
  });
  fc.assert(
    fc.property(cases, ({ trials, hits, p }) => {
      const k = 1 + (hits % trials);
      assertClose(incompleteBeta(p, k, trials - k + 1), atLeast(k, trials, p), 1e-9);
    }),
  );
});

test('it has its closed forms, for fractions and for billions', () => {
  // I_x(1/2, 1/2) is the arcsine law, I_x(a, 1) = x^a, I_x(1, b) = 1 - (1 - x)^b.
  assertClose(incompleteBeta(0.3, 0.5, 0.5), (2 / Math.PI) * Math.asin(Math.sqrt(0.3)));
  assertClose(incompleteBeta(0.9, 12.5, 1), 0.9 ** 12.5);
  // 1 - x has 7 digits less than x here.
  assertClose(incompleteBeta(1e-9, 1, 2e9), -Math.expm1(2e9 * Math.log1p(-1e-9)), 1e-7);
  // The median of a symmetric one is its middle.
  for (const a of [0.2, 3, 9.99, 10, 5e4, 3e9]) assertClose(incompleteBeta(0.5, a, a), 0.5, 1e-6);
});

test('it agrees with values computed to 40 digits', () => {
  const cases: [number, number, number, number][] = [
    [0.0001, 3.7, 40_000.5, 0.627518460184909],
    [0.3, 0.5, 12.25, 0.996577533907825],
    [0.999, 5000, 3.25, 0.154523052423678],
    [0.02, 150.5, 8000.25, 0.848306160549795],
    [1e-7, 450.3, 5e9, 0.988596719322357],
  ];
  for (const [x, a, b, expected] of cases) assertClose(incompleteBeta(x, a, b), expected, 1e-7);
});

test('it grows from 0 to 1, and is the other side of itself mirrored', () => {
  const parameter = fc.double({ min: 0.05, max: 1e6, noNaN: true });
  // Not nearer to 0 than that: 1 - x would no longer be the mirror of x.
  const unit = fc.double({ min: 1e-3, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(unit, unit, parameter, parameter, (x, y, a, b) => {
      const value = incompleteBeta(x, a, b);
      assert.ok(value >= 0 && value <= 1, `${value}`);
      assert.ok(incompleteBeta(Math.max(x, y), a, b) >= value - 1e-9);
      assert.ok(Math.abs(value + incompleteBeta(1 - x, b, a) - 1) < 1e-6);
    }),
  );
  assert.equal(incompleteBeta(-1, 2, 3), 0);
  assert.equal(incompleteBeta(2, 2, 3), 1);
});

test('the inverse gives back the probability', () => {
  // The rarer outcome counted first, as clopperPearson is asked: near 1 a double has fewer digits.
  const parameters = fc
    .tuple(fc.double({ min: 0.3, max: 1e7, noNaN: true }), fc.double({ min: 0.3, max: 1e7, noNaN: true }))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b, 1)] as const);
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), parameters, (probability, [a, b]) => {
      const back = incompleteBeta(inverseIncompleteBeta(probability, a, b), a, b);
      assert.ok(Math.abs(back - probability) < 1e-6, `${back}`);
    }),
    { numRuns: 500 },
  );
});
