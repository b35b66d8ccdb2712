// How late the event loop runs timers, over the last 10 to 20 s: long enough that a scrape each 15 s misses little,
// short enough to be about now.

import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;
const WINDOW_MS = 10_000;
const NS = 1e9;

type DelayHistogram = ReturnType<typeof monitorEventLoopDelay>;

export interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export class LoopDelayMeter {
  readonly #histogram: DelayHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #before: LoopDelay = { p50: 0, p99: 0, max: 0 };
  #sinceMs = performance.now();

  constructor() {
    this.#histogram.enable();
  }

  /** The delays, in seconds. */
  read(): LoopDelay {
    const before = this.#before;
    const now = delayOf(this.#histogram);
    if (performance.now() - this.#sinceMs > WINDOW_MS) {
      this.#before = now;
      this.#sinceMs = performance.now();
      this.#histogram.reset();
    }
    const worse = (name: keyof LoopDelay) => Math.max(now[name], before[name]);
    return { p50: worse('p50'), p99: worse('p99'), max: worse('max') };
  }
}

// [node] It measures the whole time between two of its timers, so the resolution is part of each value.
function delayOf(histogram: DelayHistogram): LoopDelay {
  const seconds = (ns: number) => (Number.isFinite(ns) ? Math.max(0, ns - RESOLUTION_MS * 1e6) / NS : 0);
  if (histogram.count === 0) return { p50: 0, p99: 0, max: 0 };
  return {
    p50: seconds(histogram.percentile(50)),
    p99: seconds(histogram.percentile(99)),
    max: seconds(histogram.max),
  };
}
