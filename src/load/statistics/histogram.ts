// A latency histogram in microseconds: HdrHistogram with 3 significant digits from 1 us to 1 h, so every figure
// is within 0.1 % of the value recorded. All figures are made from the bucket counts alone: histograms that were
// sent between processes and merged give exactly the figures of one histogram that had seen it all.
//
// It is not for one per stream: with values up to 10 s an instance takes about 120 KiB, at most 190 KiB.

import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
  type JsHistogram,
} from 'hdr-histogram-js';
import type { LatencyFigures } from '../result.ts';

/** Longer waits are counted as this one: without a bound one odd value would grow the counts without end. */
export const LONGEST_US = 3_600_000_000;

// Counts are doubles: a run of 50,000 streams and 100,000 events overflows 32 bits in one bucket.
const BUCKET_BITS = 64;

export class LatencyHistogram {
  readonly #histogram: JsHistogram;

  constructor(
    histogram: Histogram = build({ bitBucketSize: BUCKET_BITS, numberOfSignificantValueDigits: 3 }),
  ) {
    // Without `useWebAssembly` the package builds nothing else, and only this kind can be merged and counted.
    this.#histogram = histogram as JsHistogram;
    this.#histogram.autoResize = true;
  }

  /**
   * Reads what `encode` wrote, or any other HdrHistogram in the V2 compressed form.
   *
   * @throws RangeError when `text` is no such histogram.
   */
  static decode(text: string): LatencyHistogram {
    try {
      return new LatencyHistogram(decodeFromCompressedBase64(text, BUCKET_BITS, false));
    } catch (cause) {
      throw new RangeError('Expected an HdrHistogram in V2 compressed base64', { cause });
    }
  }

  /** A time before the clock's start (two clocks that differ) counts as 0. */
  record(us: number): void {
    this.#histogram.recordValue(us > 0 ? Math.min(Math.round(us), LONGEST_US) : 0);
  }

  add(other: LatencyHistogram): void {
    this.#histogram.add(other.#histogram);
  }

  reset(): void {
    this.#histogram.reset();
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** How many of the values are above `us`; a value in the same bucket as `us` (0.1 %) is not. */
  countAbove(us: number): number {
    const counts = this.#histogram;
    let above = 0;
    for (let i = counts.countsArrayIndex(Math.floor(us)) + 1; i < counts.countsArrayLength; i++) {
      above += counts.getCountAtIndex(i);
    }
    return above;
  }

  /** Undefined while nothing was recorded: a figure of nothing would read as 0. */
  figures(): LatencyFigures | undefined {
    const histogram = this.#histogram;
    if (histogram.totalCount === 0) return undefined;
    return {
      count: histogram.totalCount,
      minUs: histogram.getValueAtPercentile(0),
      p50Us: histogram.getValueAtPercentile(50),
      p90Us: histogram.getValueAtPercentile(90),
      p99Us: histogram.getValueAtPercentile(99),
      p999Us: histogram.getValueAtPercentile(99.9),
      maxUs: histogram.getValueAtPercentile(100),
      meanUs: this.#mean(),
    };
  }

  /** Base64 of the V2 compressed form, which every HdrHistogram tool reads. */
  encode(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }

  // The package's own mean ends at the largest value recorded, which after decoding is a bucket's upper edge.
  #mean(): number {
    const counts = this.#histogram;
    let sum = 0;
    for (let i = 0; i < counts.countsArrayLength; i++) {
      const count = counts.getCountAtIndex(i);
      if (count > 0) sum += count * counts.medianEquivalentValue(counts.valueFromIndex(i));
    }
    return sum / counts.totalCount;
  }
}
