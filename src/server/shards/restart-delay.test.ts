import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restartDelayMs } from './restart-delay.ts';

test('the first end is replaced at once, later ones after longer and longer waits, never for ever', () => {
  const delays = Array.from({ length: 12 }, (_, i) => restartDelayMs(i + 1));
  assert.deepEqual(delays, [0, 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000, 10_000]);
  assert.equal(restartDelayMs(5000), 10_000);
});
