// Counts by the second, for the last five minutes: events, characters, and latencies as their median and their
// largest. An event counts in the second of its arrival, also when the page was not drawn for minutes.

export const TALLY_SECONDS = 300;
// Of more in one second a random choice is kept: the median of 1,000 is near enough, the largest stays exact.
const MAX_LATENCIES = 1000;

export interface Second {
  /** Since 1970. */
  readonly second: number;
  readonly events: number;
  readonly chars: number;
  readonly medianMs: number | null;
  readonly slowestMs: number | null;
}

export class SecondTally {
  readonly #done: Second[] = [];
  #second: number;
  #events = 0;
  #chars = 0;
  #latencies: number[] = [];
  #measured = 0;
  #slowestMs = Number.NEGATIVE_INFINITY;

  /** @param nowMs here and below as `Date.now()` */
  constructor(nowMs: number) {
    this.#second = Math.floor(nowMs / 1000);
  }

  add(nowMs: number, chars: number, latencyMs: number | undefined): void {
    this.#goTo(nowMs);
    this.#events++;
    this.#chars += chars;
    if (latencyMs === undefined) return;
    this.#slowestMs = Math.max(this.#slowestMs, latencyMs);
    const place = this.#measured++;
    const kept = place < MAX_LATENCIES ? place : Math.floor(Math.random() * this.#measured);
    if (kept < MAX_LATENCIES) this.#latencies[kept] = latencyMs;
  }

  /** The whole seconds up to now, oldest first. */
  seconds(nowMs: number): readonly Second[] {
    this.#goTo(nowMs);
    return this.#done;
  }

  #goTo(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    // A clock that is set back goes on counting in the second that is under way.
    if (second <= this.#second) return;
    this.#close();
    const first = Math.max(this.#second, second - TALLY_SECONDS);
    for (let empty = first; empty < second; empty++) this.#keep(emptySecond(empty));
    this.#second = second;
  }

  #close(): void {
    this.#keep({
      second: this.#second++,
      events: this.#events,
      chars: this.#chars,
      medianMs: median(this.#latencies),
      slowestMs: this.#measured === 0 ? null : this.#slowestMs,
    });
    this.#events = 0;
    this.#chars = 0;
    this.#latencies = [];
    this.#measured = 0;
    this.#slowestMs = Number.NEGATIVE_INFINITY;
  }

  #keep(second: Second): void {
    this.#done.push(second);
    if (this.#done.length > TALLY_SECONDS) this.#done.shift();
  }
}

const emptySecond = (second: number): Second => ({
  second,
  events: 0,
  chars: 0,
  medianMs: null,
  slowestMs: null,
});

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
