import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { waitFor } from '../../../test/support/wait-for.ts';
import { OwnCost } from './own-cost.ts';

/** Works for so long, and on a machine that has other work too until a part of it was CPU of this process. */
function busy(ms: number): void {
  const untilMs = performance.now() + ms;
  const before = process.cpuUsage();
  while (performance.now() < untilMs || process.cpuUsage(before).user < 25_000);
}

test('a stall shows, also when the figures are asked for right after it', (t) => {
  const cost = new OwnCost();
  t.after(() => cost.stop());
  cost.take();
  busy(100);
  const { loopDelayP99Us, cpuUs } = cost.take();
  assert.ok(loopDelayP99Us >= 90_000, `${loopDelayP99Us} us`);
  assert.ok(cpuUs >= 20_000, `${cpuUs} us of CPU`);
});

test('one stall of 100 ms in a second shows, though it is one tick of many', async (t) => {
  const cost = new OwnCost();
  t.after(() => cost.stop());
  cost.take();
  busy(100);
  const fromMs = performance.now();
  await waitFor('the rest of a second', () => performance.now() - fromMs > 900);
  const { loopDelayP99Us } = cost.take();
  assert.ok(loopDelayP99Us > 70_000, `${loopDelayP99Us} us`);
});

test('a stall belongs to its own interval only', async (t) => {
  const cost = new OwnCost();
  t.after(() => cost.stop());
  busy(100);
  cost.take();
  await waitFor('an interval without delay', async () => {
    await nextTurn();
    return cost.take().loopDelayP99Us < 20_000;
  });
});

test('private memory is that of this process', (t) => {
  const cost = new OwnCost();
  t.after(() => cost.stop());
  const { privateBytes } = cost.take();
  assert.ok(privateBytes > 5e6 && privateBytes < process.memoryUsage.rss() * 1.5, `${privateBytes}`);
});
