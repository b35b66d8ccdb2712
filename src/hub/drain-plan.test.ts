import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AT_ONCE, DrainPlan } from './drain-plan.ts';

const streams = fc.integer({ min: 1, max: 200_000 });
const windowMs = fc.integer({ min: 1, max: 600_000 });
const maxPerSecond = fc.integer({ min: 1, max: 20_000 });

test('the ends are spread evenly over the window, all are due by its end, and the first at once', () => {
  const plan = new DrainPlan(20_000, { windowMs: 20_000, maxPerSecond: 2500 });
  assert.deepEqual(
    [0, 1000, 10_000, 20_000].map((ms) => plan.dueBy(ms)),
    [1, 1001, 10_001, 20_001],
  );
});

test('never more a second than the rest may admit, whatever the window', () => {
  fc.assert(
    fc.property(streams, windowMs, maxPerSecond, fc.nat(600_000), (count, window, max, fromMs) => {
      const plan = new DrainPlan(count, { windowMs: window, maxPerSecond: max });
      const inASecond = plan.dueBy(fromMs + 1000) - plan.dueBy(fromMs);
      assert.ok(inASecond <= max + 1, `${inASecond} in a second`);
    }),
  );
});

test('a window that is long enough is kept: the last end is due within it', () => {
  fc.assert(
    fc.property(streams, windowMs, maxPerSecond, (count, window, max) => {
      const plan = new DrainPlan(count, { windowMs: window, maxPerSecond: max });
      const neededMs = Math.max(window, (count * 1000) / max);
      assert.ok(plan.dueMs(count) <= neededMs + 1e-6);
      assert.ok(plan.dueBy(neededMs) >= count);
    }),
  );
});

test('few streams do not take the whole window', () => {
  assert.equal(new DrainPlan(10, { windowMs: 20_000, maxPerSecond: 2500 }).dueMs(10), 90);
});

test('what is due and when it is due agree', () => {
  fc.assert(
    fc.property(streams, windowMs, maxPerSecond, fc.nat(1000), (count, window, max, nth) => {
      const plan = new DrainPlan(count, { windowMs: window, maxPerSecond: max });
      assert.ok(plan.dueBy(plan.dueMs(nth + 1) + 1e-6) >= nth + 1);
    }),
  );
});

test('clients come back from 1 s on, over two seconds at least', () => {
  const plan = new DrainPlan(100, { windowMs: 20_000, maxPerSecond: 2500 });
  assert.deepEqual([plan.retryMs(0), plan.retryMs(0.999_999)], [1000, 3000]);
});

test('clients of streams that end all at once come back no faster than the rest may admit', () => {
  const plan = new DrainPlan(50_000, AT_ONCE);
  assert.equal(plan.dueBy(0), Number.POSITIVE_INFINITY);
  assert.deepEqual([plan.retryMs(0), plan.retryMs(0.999_999_9)], [1000, 21_000]);
});
