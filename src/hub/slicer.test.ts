import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { turnOfLoop, turnUntil } from '../../test/support/turns.ts';
import { type SlicedTask, Slicer } from './slicer.ts';

/** A clock that each step moves on. */
function slowSteps(t: TestContext, stepMs: number) {
  let nowMs = 0;
  t.mock.method(performance, 'now', () => nowMs);
  const steps: string[] = [];
  return {
    steps,
    task(name: string, count: number): SlicedTask {
      let left = count;
      return {
        step() {
          nowMs += stepMs;
          steps.push(name);
          return --left > 0;
        },
      };
    },
  };
}

const unexpected = (error: unknown) => assert.fail(`reported ${String(error)}`);

test('a task runs from the next turn on, not at once', async () => {
  let count = 0;
  new Slicer(unexpected).wake({ step: () => ++count < 3 });
  assert.equal(count, 0);
  await turnUntil('three steps', () => count === 3);
  await turnOfLoop();
  assert.equal(count, 3);
});

test('a slice ends after 4 ms of steps, and the rest comes in later turns', async (t) => {
  const { steps, task } = slowSteps(t, 1);
  const slicer = new Slicer(unexpected);
  slicer.wake(task('a', 10));
  for (const expected of [4, 8, 10, 10]) {
    await turnOfLoop();
    assert.equal(steps.length, expected);
  }
});

test('one step that is longer than a slice ends it', async (t) => {
  const { steps, task } = slowSteps(t, 50);
  const slicer = new Slicer(unexpected);
  slicer.wake(task('a', 2));
  await turnOfLoop();
  assert.equal(steps.length, 1);
  await turnOfLoop();
  assert.equal(steps.length, 2);
});

test('the steps of several tasks take turns, over slices too', async (t) => {
  const { steps, task } = slowSteps(t, 1);
  const slicer = new Slicer(unexpected);
  slicer.wake(task('a', 6));
  slicer.wake(task('b', 3));
  slicer.wake(task('c', 1));
  await turnUntil('all steps', () => steps.length === 10);
  assert.equal(steps.join(''), 'abcababaaa');
});

test('waking a task again while it waits does not run it twice', async (t) => {
  const { steps, task } = slowSteps(t, 1);
  const slicer = new Slicer(unexpected);
  const one = task('a', 1);
  for (let i = 0; i < 3; i++) slicer.wake(one);
  for (let i = 0; i < 3; i++) await turnOfLoop();
  assert.equal(steps.length, 1);
});

test('a task that is woken by its own last step runs once more', async () => {
  const slicer = new Slicer(unexpected);
  let count = 0;
  const task: SlicedTask = {
    step() {
      if (++count < 3) slicer.wake(task);
      return false;
    },
  };
  slicer.wake(task);
  await turnUntil('three steps', () => count === 3);
  await turnOfLoop();
  assert.equal(count, 3);
});

test('a task that is woken by its own step and has more to do does not run twice as often', async (t) => {
  const { steps, task } = slowSteps(t, 1);
  const slicer = new Slicer(unexpected);
  const inner = task('a', 3);
  const waking: SlicedTask = {
    step() {
      const hasMore = inner.step();
      if (hasMore) slicer.wake(waking);
      return hasMore;
    },
  };
  slicer.wake(waking);
  slicer.wake(task('b', 3));
  await turnUntil('all steps', () => steps.length === 6);
  assert.equal(steps.join(''), 'ababab');
});

test('a step that throws is reported once, and the other tasks go on', async () => {
  const errors: unknown[] = [];
  const slicer = new Slicer((error) => errors.push(error));
  const broken = new Error('broken');
  let good = 0;
  let bad = 0;
  const failing: SlicedTask = {
    step() {
      bad++;
      throw broken;
    },
  };
  slicer.wake(failing);
  slicer.wake({ step: () => ++good < 5 });
  await turnUntil('five steps', () => good === 5);
  assert.deepEqual([errors, bad], [[broken], 1]);
  slicer.wake(failing);
  await turnUntil('the next step', () => bad === 2);
  assert.equal(errors.length, 2);
});
