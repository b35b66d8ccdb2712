// How a hub is told to drain: what of `hub.drain` can be told to another process, and how long it may take.

import { MAX_TIMER_MS } from '../base/options.ts';
import { hubOptions } from '../http/hub-options.ts';
import { AT_ONCE } from '../hub/drain-plan.ts';

export interface DrainOrder {
  /** How long new streams are still taken, in milliseconds. */
  readonly delayMs: number;
  /** Over how long the streams are ended, in milliseconds; 0 for at once. */
  readonly windowMs: number;
  /** The most streams that are ended a second. */
  readonly maxPerSecond: number;
}

/** Ends everything as fast as it can be written. */
export const CLOSE_NOW: DrainOrder = { ...AT_ONCE, delayMs: 0 };

/** Streams end within `closeTimeoutMs` twice over, connections 2 s after that. */
const CLOSE_LIMIT_MS = 2 * hubOptions.closeTimeoutMs.default + 3000;

/** When a drain of so many streams is over, or something is stuck. */
export function drainLimitMs({ delayMs, windowMs, maxPerSecond }: DrainOrder, streams: number): number {
  const endsForMs = windowMs === 0 ? 0 : Math.max(windowMs, (streams * 1000) / maxPerSecond);
  return Math.min(delayMs + endsForMs + CLOSE_LIMIT_MS, MAX_TIMER_MS);
}
