// Latency counts of many intervals as one distribution, and what a reader asks of it.

import type { LatencyCounts } from './latency-counts.ts';

/** A point of the percentile curve: this share of the events took at most this long. */
export interface CurvePoint {
  readonly share: number;
  readonly us: number;
}

/** Points of the curve for each halving of what is left above. */
const POINTS_PER_HALVING = 8;

export class LatencyTally {
  total = 0;
  readonly #counts = new Map<number, number>();

  add({ valuesUs, counts }: LatencyCounts): void {
    for (const [i, us] of valuesUs.entries()) {
      this.#counts.set(us, (this.#counts.get(us) ?? 0) + counts[i]!);
      this.total += counts[i]!;
    }
  }

  /** The smallest value that at least this share of the events did not exceed. */
  atShare(share: number): number {
    return this.curveAt([share])[0]?.us ?? 0;
  }

  /** The curve down to the last event: each halving of the rest has a few points, so that nines are equally wide. */
  curve(): CurvePoint[] {
    const shares: number[] = [];
    for (let rest = 1; rest * this.total > 1; ) {
      rest *= 0.5 ** (1 / POINTS_PER_HALVING);
      shares.push(1 - rest);
    }
    return this.total === 0 ? [] : this.curveAt(shares);
  }

  /** `shares` ascend. */
  curveAt(shares: readonly number[]): CurvePoint[] {
    const points: CurvePoint[] = [];
    let seen = 0;
    let next = 0;
    const sorted = [...this.#counts].sort(([a], [b]) => a - b);
    for (const [i, [us, count]] of sorted.entries()) {
      seen += count;
      // The last value has every share, whatever rounding says.
      for (
        ;
        next < shares.length && (shares[next]! * this.total <= seen || i === sorted.length - 1);
        next++
      ) {
        points.push({ share: shares[next]!, us });
      }
    }
    return points;
  }
}
