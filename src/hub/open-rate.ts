// How many streams a second a shard opens. More than that come back later, each at a time of its own that is drawn so
// that they can be taken then: a storm becomes a queue that waits at the clients. Pure: time comes in.
//
// It is the generic cell rate algorithm, twice: one clock for what is opened, one for the places of those turned away.

// Streams that may come in one moment: after a restart of something in front of the hub they all do.
const BURST_S = 4;
const MIN_RETURN_MS = 1000;
const MAX_RETURN_MS = 60_000;
/** How far ahead places are given. */
const MAX_PLACE_MS = 45_000;
// Of the wait; clients of several shards are turned away for the same reasons at the same time.
const JITTER = 0.2;

export class OpenRate {
  readonly #intervalMs: number;
  readonly #burstMs: number;
  // When all that was opened would have been opened at the even rate.
  #openedUntilMs = Number.NEGATIVE_INFINITY;
  // The same for those that were told to come back.
  #promisedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number) {
    this.#intervalMs = 1000 / perSecond;
    // A little more: the sum of many intervals is not exact.
    this.#burstMs = BURST_S * 1000 + this.#intervalMs / 100;
  }

  /** Takes one stream, and answers 0; or in how many milliseconds it may come back. `random` is from 0 to below 1. */
  take(nowMs: number, random: number): number {
    const fromMs = Math.max(this.#openedUntilMs, nowMs);
    const untilMs = fromMs + this.#intervalMs;
    if (untilMs - nowMs <= this.#burstMs) {
      this.#openedUntilMs = untilMs;
      return 0;
    }
    this.#promisedUntilMs = Math.max(this.#promisedUntilMs, nowMs) + this.#intervalMs;
    const placeMs = this.#promisedUntilMs - nowMs;
    if (placeMs <= MAX_PLACE_MS) return Math.ceil(MIN_RETURN_MS + placeMs * (1 + random * JITTER));
    // Beyond, there are no places: who comes back at a time drawn by chance may be turned away again, never in a crowd.
    this.#promisedUntilMs = nowMs + MAX_PLACE_MS;
    return Math.ceil((MAX_RETURN_MS * (1 + random)) / 2);
  }
}
