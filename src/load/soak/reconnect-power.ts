// What a run could have seen: with how many reconnects a leak of 1 KiB each stands out from margin and noise. A run with
// fewer has no say about such a leak, however flat its memory is.
//
// Reconnects are no better clock for the slope than time: soak's churn is constant, so they are the same clock.

import type { Slope } from '../statistics/theil-sen.ts';

const LEAK_BYTES = 1024;

export interface ReconnectPower {
  readonly reconnects: number;
  /** So many are needed in the time that was looked at. */
  readonly needed: number;
  readonly isShort: boolean;
  /** Growth of the memory for each of them. */
  readonly bytesEach: number;
}

/** Undefined for a run without reconnects: that is not what it looks for. */
export function reconnectPower(
  reconnects: number,
  found: Slope,
  spanMs: number,
  margin: number,
): ReconnectPower | undefined {
  if (reconnects === 0) return undefined;
  // A leak is called one when the lower limit of its growth is above the margin.
  const needed = Math.ceil((margin + (found.slope - found.low) * spanMs) / LEAK_BYTES);
  return { reconnects, needed, isShort: reconnects < needed, bytesEach: (found.slope * spanMs) / reconnects };
}
