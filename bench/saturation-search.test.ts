import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestStep, nextRate, type SaturationStep, type SearchPlan } from './saturation-search.ts';

const plan: SearchPlan = { firstPerSecond: 50, factor: 2, precision: 1.15, maxSteps: 20 };

/** Searches a server that is good up to `limit`. */
function search(limit: number, given: Partial<SearchPlan> = {}): SaturationStep[] {
  const steps: SaturationStep[] = [];
  for (;;) {
    const ratePerSecond = nextRate(steps, { ...plan, ...given });
    if (ratePerSecond === undefined) return steps;
    steps.push({ ratePerSecond, isGood: ratePerSecond <= limit });
  }
}

test('it comes within its precision of the limit, from above and from below the first rate', () => {
  for (const limit of [1, 3, 17, 49, 50, 51, 333, 4096, 100_000]) {
    const steps = search(limit);
    const best = steps[bestStep(steps)!]!.ratePerSecond;
    assert.ok(best <= limit, `${best} is above ${limit}`);
    // Small rates are whole numbers, so the next one may be further away.
    assert.ok(best * plan.precision >= limit || best + 1 >= limit, `${best} is far below ${limit}`);
  }
});

test('it never tries a rate twice, and not more often than it may', () => {
  for (let limit = 0; limit < 400; limit += 7) {
    const rates = search(limit).map(({ ratePerSecond }) => ratePerSecond);
    assert.equal(new Set(rates).size, rates.length, `${rates}`);
  }
  assert.equal(search(10_000, { maxSteps: 4 }).length, 4);
});

test('a server that serves no rate well has no best step', () => {
  assert.equal(bestStep(search(0)), undefined);
  assert.equal(bestStep([]), undefined);
});

test('a good step above a bad one does not count', () => {
  const steps = [
    { ratePerSecond: 50, isGood: true },
    { ratePerSecond: 100, isGood: false },
    { ratePerSecond: 200, isGood: true },
  ];
  assert.equal(bestStep(steps), 0);
  assert.equal(nextRate(steps, plan), 71);
});
