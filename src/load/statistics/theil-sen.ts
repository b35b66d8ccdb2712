// A slope that a few wild points do not move: the median of the slopes of all pairs (Theil 1950, Sen 1968), with
// Sen's confidence interval through the variance of Kendall's S, as in Gilbert, Statistical Methods for
// Environmental Pollution Monitoring (1987), sections 16.4 and 16.5.
//
// Neighbours in a series of measurements are alike (a sawtooth of garbage collection lasts for many of them), which
// makes S vary more than between independent points. Its variance is therefore multiplied by the number of points
// that say the same (Hamed and Rao, Journal of Hydrology 204, 1998, with the first run of positive correlations).

/** All pairs of so many points are 2 million slopes, a few hundred ms; a longer series is binned by median. */
export const MOST_POINTS = 2000;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Slope {
  /** In units of y per unit of x. */
  readonly slope: number;
  readonly low: number;
  readonly high: number;
  /** How many standard deviations Kendall's S is from 0; above 0 for growth. */
  readonly z: number;
  readonly points: number;
  /** How many neighbouring points say the same; 1 where they are independent. */
  readonly alike: number;
}

/**
 * The robust slope of points in order of x, with an interval of `quantile` standard deviations on each side (1.645
 * holds with 95 % on each side).
 *
 * @throws RangeError for fewer than 4 points: there is no interval.
 */
export function theilSen(series: readonly Point[], quantile = 1.6448536269514722): Slope {
  const points = binByMedian(series, MOST_POINTS);
  if (points.length < 4) throw new RangeError(`Expected at least 4 points, got ${points.length}`);
  const slopes = pairSlopes(points);
  const slope = medianOfSorted(slopes);
  const alike = alikeNeighbours(points, slope);
  const deviation = Math.sqrt(varianceOfS(points) * alike);
  let s = 0;
  for (const pair of slopes) s += Math.sign(pair);
  // Sen: as many pairs from each end of the sorted slopes as S may differ by.
  const spread = quantile * deviation;
  const lowIndex = Math.max(Math.floor((slopes.length - spread) / 2), 0);
  const highIndex = Math.min(Math.ceil((slopes.length + spread) / 2), slopes.length - 1);
  return {
    slope,
    low: slopes[lowIndex]!,
    high: slopes[highIndex]!,
    // One step towards 0, since S is whole: the continuity correction.
    z: deviation === 0 ? 0 : (Math.sign(s) * Math.max(Math.abs(s) - 1, 0)) / deviation,
    points: points.length,
    alike,
  };
}

/** At most `most` points, each the median of equally many neighbours. */
export function binByMedian(series: readonly Point[], most: number): readonly Point[] {
  if (series.length <= most) return series;
  const size = Math.ceil(series.length / most);
  const bins: Point[] = [];
  for (let from = 0; from < series.length; from += size) {
    const bin = series.slice(from, from + size);
    bins.push({ x: median(bin.map(({ x }) => x)), y: median(bin.map(({ y }) => y)) });
  }
  return bins;
}

export function median(values: readonly number[]): number {
  return medianOfSorted(Float64Array.from(values).sort());
}

function medianOfSorted(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function pairSlopes(points: readonly Point[]): Float64Array {
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2);
  let count = 0;
  for (let i = 0; i < points.length; i++) {
    const { x, y } = points[i]!;
    for (let j = i + 1; j < points.length; j++) {
      const distance = points[j]!.x - x;
      if (distance > 0) slopes[count++] = (points[j]!.y - y) / distance;
    }
  }
  return slopes.subarray(0, count).sort();
}

// With ties in y, as counts of open files have them: each group of equal values takes its pairs out.
function varianceOfS(points: readonly Point[]): number {
  const term = (n: number) => n * (n - 1) * (2 * n + 5);
  const groups = new Map<number, number>();
  for (const { y } of points) groups.set(y, (groups.get(y) ?? 0) + 1);
  let sum = term(points.length);
  for (const size of groups.values()) sum -= term(size);
  return sum / 18;
}

function alikeNeighbours(points: readonly Point[], slope: number): number {
  const residuals = ranks(points.map(({ x, y }) => y - slope * x));
  const mean = (points.length + 1) / 2;
  const covariance = (lag: number) => {
    let sum = 0;
    for (let i = lag; i < residuals.length; i++) sum += (residuals[i]! - mean) * (residuals[i - lag]! - mean);
    return sum;
  };
  const variance = covariance(0);
  if (variance === 0) return 1;
  let alike = 1;
  for (let lag = 1; lag < points.length / 2; lag++) {
    const correlation = covariance(lag) / variance;
    if (correlation <= 0) break;
    alike += 2 * correlation;
  }
  return alike;
}

/** 1 for the smallest; equal values share the mean of their ranks. */
function ranks(values: readonly number[]): Float64Array {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const result = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) result[order[i]!] = (from + to + 1) / 2;
    from = to;
  }
  return result;
}
