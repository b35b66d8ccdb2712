import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_TIMER_MS } from '../base/options.ts';
import { drainLimitMs } from './drain-order.ts';

const order = { delayMs: 5000, windowMs: 20_000, maxPerSecond: 2500 };

test('a drain may take its delay and its window, or what its rate asks for, and the time of the last ends', () => {
  const closing = drainLimitMs({ ...order, delayMs: 0, windowMs: 0 }, 50_000);
  assert.equal(drainLimitMs(order, 0), 25_000 + closing);
  assert.equal(drainLimitMs(order, 50_000), 25_000 + closing);
  assert.equal(drainLimitMs(order, 100_000), 45_000 + closing);
});

test('however long it may take, a timer can be set for it', () => {
  assert.equal(drainLimitMs({ ...order, maxPerSecond: 1 }, 10_000_000), MAX_TIMER_MS);
  assert.equal(drainLimitMs({ ...order, delayMs: MAX_TIMER_MS }, 0), MAX_TIMER_MS);
});
