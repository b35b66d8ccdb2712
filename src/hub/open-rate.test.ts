import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OpenRate } from './open-rate.ts';

test('four seconds worth of streams are taken in one moment, and no more', () => {
  const rate = new OpenRate(100);
  const waits = Array.from({ length: 500 }, () => rate.take(1000, 0));
  assert.deepEqual(new Set(waits.slice(0, 400)), new Set([0]));
  assert.ok(waits.slice(400).every((waitMs) => waitMs > 0));
});

test('those turned away are told to come back one after the other, at the rate', () => {
  const rate = new OpenRate(100);
  for (let i = 0; i < 400; i++) rate.take(0, 0);
  const waits = Array.from({ length: 300 }, () => rate.take(0, 0));
  assert.deepEqual([waits[0], waits[99], waits[299]], [1010, 2000, 4000]);
  assert.equal(rate.take(0, 0.999_999), Math.ceil(1000 + 3010 * 1.2));
});

test('nobody is told to wait for more than a minute, and those at the end do not come back in one moment', () => {
  const rate = new OpenRate(100);
  for (let i = 0; i < 400; i++) rate.take(0, 0);
  const waits = Array.from({ length: 20_000 }, (_, i) => rate.take(0, (i % 997) / 997));
  assert.ok(waits.every((waitMs) => waitMs >= 1000 && waitMs <= 60_000));
  const ofSecond = new Map<number, number>();
  for (const waitMs of waits.slice(5000)) {
    const second = Math.floor(waitMs / 1000);
    ofSecond.set(second, (ofSecond.get(second) ?? 0) + 1);
  }
  assert.ok(Math.max(...ofSecond.values()) < 1000, 'spread over half a minute');
});

test('who is turned away for minutes does not push the others back further', () => {
  const rate = new OpenRate(10);
  for (let i = 0; i < 100_000; i++) rate.take(i, 0);
  assert.ok(rate.take(400_000, 0) === 0, 'it is forgotten');
});

test('a storm that comes back when it was told is taken, all of it, in its first try', () => {
  const rate = new OpenRate(1000);
  // 30,000 at once, and each again at its time.
  const arrivals = Array.from({ length: 30_000 }, () => 0);
  const again = arrivals.flatMap((ms) => rate.take(ms, 0) || []).sort((a, b) => a - b);
  assert.equal(again.length, 26_000);
  assert.deepEqual(
    again.filter((ms) => rate.take(ms, 0) > 0),
    [],
  );
});

test('over any time, no more are taken than the rate and the burst allow', () => {
  const arrivals = fc.array(fc.nat(2000), { maxLength: 400 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), arrivals, (perSecond, gaps) => {
      const rate = new OpenRate(perSecond);
      const takenMs: number[] = [];
      let nowMs = 0;
      for (const gapMs of gaps) {
        nowMs += gapMs;
        if (rate.take(nowMs, 0) === 0) takenMs.push(nowMs);
      }
      for (const [i, fromMs] of takenMs.entries()) {
        const bound = ((takenMs.at(-1)! - fromMs) / 1000 + 4) * perSecond + 1;
        assert.ok(takenMs.length - i <= bound + 1e-9);
      }
    }),
  );
});
