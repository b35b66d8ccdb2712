// Time that a test moves: performance.now(), Date.now() and timers, but not setImmediate, so that the event
// loop still turns.

import type { TestContext } from 'node:test';
import { turnOfLoop } from './turns.ts';

export interface FakeTime {
  /** What `performance.now()` says. */
  readonly nowMs: number;
  /** Moves time on in steps, with turns of the event loop after each, so that what is due is done on time. */
  advance(ms: number, stepMs?: number): Promise<void>;
  /** Moves time on while the event loop is blocked: timers fire afterwards and see the time then. */
  block(ms: number): Promise<void>;
}

/** Takes time over until the test ends. */
export function fakeTime(t: TestContext): FakeTime {
  let nowMs = 1_000_000;
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: Date.UTC(2026, 0, 1) });
  t.mock.method(performance, 'now', () => nowMs);
  return {
    get nowMs() {
      return nowMs;
    },
    async advance(ms, stepMs = 50) {
      for (const endMs = nowMs + ms; nowMs < endMs; ) {
        const step = Math.min(stepMs, endMs - nowMs);
        nowMs += step;
        t.mock.timers.tick(step);
        await turnOfLoop();
        await turnOfLoop();
      }
    },
    async block(ms) {
      nowMs += ms;
      t.mock.timers.tick(ms);
      await turnOfLoop();
      await turnOfLoop();
    },
  };
}
