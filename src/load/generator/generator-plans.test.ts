import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadOptions } from '../../../test/support/scripted-load.ts';
import { generatorPlans, isSlowStream } from './generator-plans.ts';

test('each stream is in one process, and no process has two more than another', () => {
  const shares = fc.record({
    streams: fc.integer({ min: 1, max: 60_000 }),
    processes: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(shares, ({ streams, processes }) => {
      const options = loadOptions('http://host', { streams, churnPerSecond: 100 });
      const plans = generatorPlans(options, 'abcdef', { address: '127.0.0.1', port: 1 }, [], processes);
      let next = 0;
      for (const plan of plans) {
        assert.equal(plan.firstStream, next);
        next += plan.streams;
      }
      assert.equal(next, streams);
      const counts = plans.map((plan) => plan.streams);
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
      const churn = plans.reduce((sum, plan) => sum + plan.churnPerSecond, 0);
      assert.ok(Math.abs(churn - 100) < 1e-9);
    }),
  );
});

test('the share of slow streams is exact, and evenly spread', () => {
  for (const percent of [0, 1, 5, 29, 33, 40, 60, 90, 100]) {
    const slow = Array.from({ length: 1000 }, (_, stream) => isSlowStream(stream, percent / 100));
    assert.equal(slow.filter(Boolean).length, percent * 10, `${percent} %`);
    for (let from = 0; from < 1000; from += 100) {
      assert.equal(slow.slice(from, from + 100).filter(Boolean).length, percent, `${percent} % from ${from}`);
    }
  }
});
