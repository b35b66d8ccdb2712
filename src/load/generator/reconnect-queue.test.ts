import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ReconnectQueue } from './reconnect-queue.ts';

/** The width of its buckets. */
const SLACK_MS = 50;

test('nothing comes out too early, nor later than a bucket and the time between two looks', () => {
  const waits = fc.array(fc.record({ atMs: fc.nat(5000), waitMs: fc.nat(3000) }), { maxLength: 60 });
  fc.assert(
    fc.property(waits, fc.integer({ min: 1, max: 300 }), (items, stepMs) => {
      const queue = new ReconnectQueue<{ dueMs: number }>();
      const out = new Set<object>();
      for (let nowMs = 0; nowMs <= 9000; nowMs += stepMs) {
        for (const { atMs, waitMs } of items) {
          if (atMs > nowMs - stepMs && atMs <= nowMs) queue.add({ dueMs: nowMs + waitMs }, nowMs + waitMs);
        }
        for (const item of queue.takeDue(nowMs)) {
          assert.ok(item.dueMs <= nowMs, 'not early');
          assert.ok(nowMs - item.dueMs <= SLACK_MS + stepMs, 'not late');
          assert.ok(!out.has(item), 'once');
          out.add(item);
        }
      }
      assert.equal(out.size, items.length);
      assert.equal(queue.size, 0);
    }),
  );
});

test('what is due in order of time comes out in it', () => {
  const queue = new ReconnectQueue<string>();
  queue.add('late', 900);
  queue.add('early', 100);
  queue.add('middle', 500);
  assert.deepEqual([...queue.takeDue(400)], ['early']);
  assert.deepEqual([...queue.takeDue(1000)], ['middle', 'late']);
});

test('what is due already when it is added, and in the middle of taking, is not forgotten', () => {
  const queue = new ReconnectQueue<string>();
  queue.add('first', 100);
  const out: string[] = [];
  for (const item of queue.takeDue(1000)) {
    out.push(item);
    if (item === 'first') queue.add('again', 100);
    if (item === 'again') queue.add('later', 1000);
  }
  out.push(...queue.takeDue(1100));
  assert.deepEqual(out, ['first', 'again', 'later']);
});

test('a long time without anything to do costs nothing', () => {
  const queue = new ReconnectQueue<string>();
  const dayMs = 86_400_000;
  assert.deepEqual([...queue.takeDue(1000 * dayMs)], []);
  queue.add('x', 1000 * dayMs + 10);
  const startMs = performance.now();
  assert.deepEqual([...queue.takeDue(1000 * dayMs + 100)], ['x']);
  assert.ok(performance.now() - startMs < 100);
});
