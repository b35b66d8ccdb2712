// Says how many events are due and how long to wait for the next. Open loop: it is told the time and how many
// were sent, never what came back. A caller that is late gets everything that is due at once; the intended
// times stay what they were, so its delay shows up in the latencies instead of vanishing.

import type { Schedule } from './schedule.ts';

export interface Pace {
  /** To be sent now: events `sent + 1` to `sent + due`. */
  readonly due: number;
  /** From now to the event after those; undefined when the schedule has no more. */
  readonly waitMs: number | undefined;
}

/** What to do at `elapsedMs` after the start, with `sent` events behind us. */
export function nextWait(schedule: Schedule, elapsedMs: number, sent: number): Pace {
  const due = Math.max(0, schedule.countAt(elapsedMs) - sent);
  const nextMs = schedule.dueMs(sent + due + 1);
  return { due, waitMs: nextMs === Number.POSITIVE_INFINITY ? undefined : Math.max(0, nextMs - elapsedMs) };
}

/** When event `n` (from 1) is to be sent, in whole microseconds on the clock of `startUs`: what its stamp says. */
export function intendedUs(schedule: Schedule, startUs: number, n: number): number {
  return startUs + Math.round(schedule.dueMs(n) * 1000);
}
