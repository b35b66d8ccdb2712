import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { type FakeTime, fakeTime } from '../../test/support/fake-time.ts';
import { Slicer } from './slicer.ts';
import { Wheel, type WheelItem } from './wheel.ts';

const TICK_MS = 100;
const STEP_MS = 20;

/** An item that notes when it was handled. */
class Item implements WheelItem {
  dueMs = 0;
  wheelSlot: Set<WheelItem> | undefined;
  readonly handledMs: number[] = [];
  /** When it wants to be handled again. */
  next: (nowMs: number) => number | undefined = () => undefined;

  onDue(nowMs: number): number | undefined {
    this.handledMs.push(nowMs);
    return this.next(nowMs);
  }
}

const openWheel = () => new Wheel(TICK_MS, new Slicer((error) => assert.fail(String(error))));

function rig(t: TestContext): { time: FakeTime; wheel: Wheel } {
  return { time: fakeTime(t), wheel: openWheel() };
}

test('an item is handled once, not before it is due and at most a tick after', async (t) => {
  const { time, wheel } = rig(t);
  await time.advance(37, 1);
  for (const waitMs of [1, 99, 100, 101, 163, 164, 250, 1000, 12_699]) {
    const item = new Item();
    const dueMs = time.nowMs + waitMs;
    wheel.schedule(item, dueMs);
    await time.advance(waitMs + 2 * TICK_MS, 1);
    assert.equal(item.handledMs.length, 1, `due in ${waitMs} ms`);
    const lateMs = item.handledMs[0]! - dueMs;
    assert.ok(lateMs >= 0 && lateMs <= TICK_MS, `due in ${waitMs} ms, ${lateMs} ms late`);
  }
});

test('what is due now or was due before is handled within a tick', async (t) => {
  const { time, wheel } = rig(t);
  await time.advance(50);
  const items = [0, -1, -100_000].map((waitMs) => {
    const item = new Item();
    wheel.schedule(item, time.nowMs + waitMs);
    return item;
  });
  await time.advance(TICK_MS);
  for (const item of items) assert.equal(item.handledMs.length, 1);
});

test('an item beyond the horizon of the wheel waits for its time', async (t) => {
  const { time, wheel } = rig(t);
  const item = new Item();
  const dueMs = time.nowMs + 100_050;
  wheel.schedule(item, dueMs);
  await time.advance(100_000);
  assert.deepEqual([item.handledMs, wheel.size], [[], 1]);
  await time.advance(200);
  assert.equal(item.handledMs.length, 1);
  assert.ok(item.handledMs[0]! - dueMs <= TICK_MS);
});

test('an item that is never due waits without being handled', async (t) => {
  const { time, wheel } = rig(t);
  const item = new Item();
  wheel.schedule(item, Number.POSITIVE_INFINITY);
  await time.advance(50_000);
  assert.deepEqual([item.handledMs, wheel.size], [[], 1]);
});

test('an item is handled again when it says so', async (t) => {
  const { time, wheel } = rig(t);
  const item = new Item();
  item.next = (nowMs) => (item.handledMs.length < 3 ? nowMs + 1000 : undefined);
  wheel.schedule(item, time.nowMs + 1000);
  await time.advance(5000);
  assert.equal(item.handledMs.length, 3);
  assert.equal(wheel.size, 0);
});

test('a cancelled item is not handled; cancelling it again does nothing', async (t) => {
  const { time, wheel } = rig(t);
  const [one, two] = [new Item(), new Item()];
  wheel.schedule(one, time.nowMs + 500);
  wheel.schedule(two, time.nowMs + 500);
  wheel.cancel(one);
  wheel.cancel(one);
  assert.equal(wheel.size, 1);
  await time.advance(1000);
  assert.deepEqual([one.handledMs.length, two.handledMs.length, wheel.size], [0, 1, 0]);
});

test('an item that another one cancels in the same tick is not handled', async (t) => {
  const { time, wheel } = rig(t);
  const [one, two] = [new Item(), new Item()];
  one.next = () => void wheel.cancel(two);
  wheel.schedule(one, time.nowMs + 500);
  wheel.schedule(two, time.nowMs + 500);
  await time.advance(1000);
  assert.deepEqual([one.handledMs.length, two.handledMs.length, wheel.size], [1, 0, 0]);
});

test('an item that is scheduled anew keeps only the new time', async (t) => {
  const { time, wheel } = rig(t);
  const item = new Item();
  wheel.schedule(item, time.nowMs + 500);
  wheel.schedule(item, time.nowMs + 3000);
  assert.equal(wheel.size, 1);
  await time.advance(2900);
  assert.equal(item.handledMs.length, 0);
  await time.advance(200);
  assert.equal(item.handledMs.length, 1);
});

test('an item may be scheduled anew while it is handled', async (t) => {
  const { time, wheel } = rig(t);
  const item = new Item();
  item.next = (nowMs) => {
    if (item.handledMs.length === 1) wheel.schedule(item, nowMs + 1000);
    return undefined;
  };
  wheel.schedule(item, time.nowMs + 500);
  await time.advance(1000);
  assert.deepEqual([item.handledMs.length, wheel.size], [1, 1]);
  await time.advance(1000);
  assert.deepEqual([item.handledMs.length, wheel.size], [2, 0]);
});

test('after the loop was blocked for longer than the wheel reaches, everything due is handled once', async (t) => {
  const { time, wheel } = rig(t);
  const items = [50, 1000, 12_000, 30_000].map((waitMs) => {
    const item = new Item();
    wheel.schedule(item, time.nowMs + waitMs);
    return item;
  });
  await time.block(60_000);
  await time.advance(3 * TICK_MS);
  for (const item of items) assert.equal(item.handledMs.length, 1);
  assert.equal(wheel.size, 0);
});

test('an item that throws is lost, the others are handled', async (t) => {
  const time = fakeTime(t);
  const errors: unknown[] = [];
  const wheel = new Wheel(TICK_MS, new Slicer((error) => errors.push(error)));
  const [one, two] = [new Item(), new Item()];
  one.next = () => {
    throw new Error('broken');
  };
  wheel.schedule(one, time.nowMs + 500);
  wheel.schedule(two, time.nowMs + 500);
  await time.advance(1000);
  assert.deepEqual([errors.length, two.handledMs.length, wheel.size], [1, 1, 0]);
});

test('the timer runs only while something waits', async (t) => {
  const { time, wheel } = rig(t);
  const running = new Set<unknown>();
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  t.mock.method(globalThis, 'setTimeout', (run: () => void, ms: number) => {
    const timer = set(() => {
      running.delete(timer);
      run();
    }, ms);
    running.add(timer);
    return timer;
  });
  t.mock.method(globalThis, 'clearTimeout', (timer: NodeJS.Timeout) => {
    running.delete(timer);
    clear(timer);
  });
  const [one, two] = [new Item(), new Item()];
  assert.equal(running.size, 0);
  wheel.schedule(one, time.nowMs + 500);
  wheel.schedule(two, time.nowMs + 900);
  assert.equal(running.size, 1);
  wheel.cancel(one);
  assert.equal(running.size, 1);
  await time.advance(1000);
  assert.deepEqual([two.handledMs.length, running.size], [1, 0]);
  wheel.schedule(one, time.nowMs + 500);
  assert.equal(running.size, 1);
  wheel.cancel(one);
  assert.equal(running.size, 0);
});

test('whatever is scheduled, cancelled and blocked, nothing is early, lost or late by more than a tick', async (t) => {
  const time = fakeTime(t);
  const waitMs = fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 30_000 }));
  const action = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('schedule'), item: fc.nat(9), ms: waitMs }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel'), item: fc.nat(9), ms: waitMs }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('advance'), item: fc.nat(9), ms: fc.nat(700) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('block'), item: fc.nat(9), ms: fc.nat(15_000) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (actions) => {
      const wheel = openWheel();
      const items = Array.from({ length: 10 }, () => new Item());
      const due = new Map<Item, number>();
      const blocks: { fromMs: number; toMs: number }[] = [];
      for (const [i, item] of items.entries()) {
        item.next = (nowMs) => {
          const dueMs = due.get(item);
          assert.ok(dueMs !== undefined, `item ${i} is handled and does not wait`);
          assert.ok(nowMs >= dueMs, `item ${i} is ${dueMs - nowMs} ms early`);
          let latestMs = dueMs + TICK_MS;
          for (const { fromMs, toMs } of blocks) {
            if (fromMs <= latestMs) latestMs = Math.max(latestMs, toMs + TICK_MS);
          }
          assert.ok(nowMs <= latestMs + STEP_MS, `item ${i} is ${nowMs - dueMs} ms late`);
          due.delete(item);
          return undefined;
        };
      }
      for (const { kind, item: index, ms } of actions) {
        const item = items[index]!;
        if (kind === 'schedule') {
          due.set(item, time.nowMs + ms);
          wheel.schedule(item, time.nowMs + ms);
        } else if (kind === 'cancel') {
          due.delete(item);
          wheel.cancel(item);
        } else if (kind === 'advance') await time.advance(ms, STEP_MS);
        else {
          blocks.push({ fromMs: time.nowMs, toMs: time.nowMs + ms });
          await time.block(ms);
        }
        assert.equal(wheel.size, due.size);
      }
      while (wheel.size > 0) await time.advance(100, STEP_MS);
      assert.equal(due.size, 0);
    }),
    { numRuns: 60 },
  );
});
