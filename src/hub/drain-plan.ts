// How fast the streams of a shard are ended when it drains, and when their clients come back. Pure.

export interface DrainPace {
  /** Over how long the ends are spread, in milliseconds; 0 for as fast as they can be written. */
  readonly windowMs: number;
  /** How many streams a second those that take them over may admit: never more are sent away. */
  readonly maxPerSecond: number;
}

/** What a hub that is closed without a pace does: ends at once, and has the clients spread their return. */
export const AT_ONCE: DrainPace = { windowMs: 0, maxPerSecond: 2500 };

// Whoever admits as many does not need them spread further: a hub with few streams drains in a moment.
const MIN_PER_SECOND = 100;
// Every stream's own retry delay, from its first block: reconnects of streams cut together spread over two seconds.
export const MIN_RETRY_MS = 1000;
export const RETRY_SPREAD_MS = 2000;

export class DrainPlan {
  /** Ends a second; Infinity for all at once. */
  readonly perSecond: number;
  /** Clients come back within this time after `MIN_RETRY_MS`. */
  readonly retrySpreadMs: number;

  constructor(streams: number, { windowMs, maxPerSecond }: DrainPace) {
    const wanted = windowMs === 0 ? Number.POSITIVE_INFINITY : (streams * 1000) / windowMs;
    this.perSecond =
      windowMs === 0
        ? wanted
        : Math.min(Math.max(wanted, Math.min(MIN_PER_SECOND, maxPerSecond)), maxPerSecond);
    const endsForMs = (streams * 1000) / this.perSecond;
    this.retrySpreadMs = Math.max(RETRY_SPREAD_MS, (streams * 1000) / maxPerSecond - endsForMs);
  }

  /** How many streams have to have been ended so long after the start. The first ends at once. */
  dueBy(elapsedMs: number): number {
    if (this.perSecond === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
    return 1 + Math.floor((elapsedMs * this.perSecond) / 1000);
  }

  /** When, after the start, so many are due. */
  dueMs(count: number): number {
    return ((count - 1) * 1000) / this.perSecond;
  }

  /** The reconnect delay of one client; `random` is from 0 to below 1. */
  retryMs(random: number): number {
    return MIN_RETRY_MS + Math.floor(random * (this.retrySpreadMs + 1));
  }
}
