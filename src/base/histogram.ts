// Counts values in fixed buckets: no allocation, a few comparisons a value. What it counts travels between processes as
// plain numbers and is added up there.

/** What a histogram has counted; histograms with the same bounds are added by adding each number. */
export interface HistogramFigures {
  /** How many values fell into each bucket; the last is for those beyond all bounds. Not cumulative. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** Of times in seconds, from what a good disk takes to where people give up. */
export const LATENCY_BOUNDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

export class Histogram {
  /** Upper bounds, ascending; a value that equals one is within it. */
  readonly bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = new Array(bounds.length + 1).fill(0);
  }

  /** Counts a value as often as it was seen; what is below 0 (clocks of two processes) counts as 0. */
  observe(value: number, times = 1): void {
    const { bounds } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
    this.#counts[bucket]! += times;
    if (value > 0) this.#sum += value * times;
  }

  figures(): HistogramFigures {
    return { counts: [...this.#counts], sum: this.#sum };
  }
}
