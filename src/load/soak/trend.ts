// Does a quantity of the server grow without end? Decided by its slope after warm-up, in three words:
//
//   leak              growth above the quantity's margin is shown with 95 %, that there is growth at all with
//                     99.9 %, and it goes on: it is no jump, and no warm-up that levels off
//   no leak           growth above the margin is excluded with 95 %; the verdict says below which slope it is
//   not enough data   neither: too short, too noisy, or growing in a way that may yet end
//
// Before the slope is taken, samples are put into windows and each window is one point (its lowest value, where
// garbage lies on top): between the sawtooth's troughs only what is kept remains.

import type { SampleRecord, TrendQuantity, TrendRecord, TrendSlope } from '../result.ts';
import { median, type Point, type Slope, theilSen } from '../statistics/theil-sen.ts';
import { slopeBetweenJumps } from './jumps.ts';
import { type Quantity, quantities } from './quantities.ts';
import { type WorkPoint, warmUpEndMs } from './warm-up.ts';

const DAY_MS = 86_400_000;

/** Below this there is no telling a slope from chance: eight rising points by chance are 1 in 40,320. */
const LEAST_WINDOWS = 8;
const MOST_WINDOWS = 200;
/** Samples of one window in a short run: there the number of windows matters as much as their quiet. */
const SHORT_RUN_WINDOW = 8;
const SHORT_RUN_WINDOWS = 24;

/** Five quantities, twenty runs: with 95 % a healthy server would be accused in five of them, with 99.9 % in none. */
const CERTAIN_Z = 3.09;

/** The second half's slope to the first's. Growth that levels off with a time constant below 0.4 of the time has less. */
const LEAST_LATER_SHARE = 0.35;

/** Jumps that a healthy server may make in the time (a heap that is resized): growth must show between them. */
const JUMPS = 3;
/** Of the margin: fewer pairs of points, so less is asked of them. */
const BETWEEN_SHARE = 0.75;

export interface TrendSeries extends WorkPoint {
  readonly values: Readonly<Partial<Record<TrendQuantity, number>>>;
}

/** Keeps of a sample what a trend needs: a soak of days holds thousands of these in memory. */
export function trendPoint(sample: SampleRecord): TrendSeries {
  const values: Partial<Record<TrendQuantity, number>> = {};
  for (const { name, read } of quantities) {
    const value = read(sample);
    if (value !== undefined && Number.isFinite(value)) values[name] = value;
  }
  return { atMs: sample.atMs, streamsUp: sample.streamsUp, values };
}

/** The trend of every quantity that was measured, for points in order of time. */
export function judgeTrends(series: readonly TrendSeries[]): TrendRecord[] {
  const fromMs = warmUpEndMs(series);
  const records: TrendRecord[] = [];
  for (const quantity of quantities) {
    const points = pointsOf(quantity, series);
    if (points.length > 0) {
      records.push(
        judgeQuantity(
          quantity,
          points.filter(({ x }) => x >= fromMs),
        ),
      );
    }
  }
  return records;
}

function pointsOf(quantity: Quantity, series: readonly TrendSeries[]): Point[] {
  return series.flatMap(({ atMs, values }) => {
    const y = values[quantity.name];
    return y === undefined ? [] : [{ x: atMs, y }];
  });
}

function judgeQuantity(quantity: Quantity, points: readonly Point[]): TrendRecord {
  const windows = toWindows(points, quantity.reduce);
  if (windows.length < LEAST_WINDOWS) {
    const because = `not enough data: ${points.length} samples behind the warm-up, ${LEAST_WINDOWS} are needed`;
    return { quantity: quantity.name, outcome: 'not enough data', because, slope: undefined };
  }
  const found = theilSen(windows);
  const spanMs = windows.at(-1)!.x - windows[0]!.x;
  const level = median(windows.map(({ y }) => y));
  const margin = Math.max(level * quantity.marginShare, quantity.marginAtLeast);
  const slope = slopePerDay(found, points, level);
  const { outcome, why } = decide(found, spanMs, margin, () => goesOn(windows, spanMs, margin));
  const because = sentence(
    quantity,
    outcome,
    slope,
    `${why} ${amount(margin, quantity)} in ${minutes(spanMs)}`,
  );
  return { quantity: quantity.name, outcome, because, slope };
}

function decide(found: Slope, spanMs: number, margin: number, lasts: () => boolean) {
  if (found.high * spanMs < margin) return { outcome: 'no leak', why: 'growth is less than' } as const;
  if (found.low * spanMs < margin || found.z < CERTAIN_Z) {
    return { outcome: 'not enough data', why: 'the interval neither excludes nor shows' } as const;
  }
  if (!lasts())
    return { outcome: 'not enough data', why: 'it may be a step or a longer warm-up, though above' } as const;
  return { outcome: 'leak', why: 'steady growth above' } as const;
}

/** Not one that levels off, nor a few jumps: without them, and in its later half, it still grows. */
function goesOn(windows: readonly Point[], spanMs: number, margin: number): boolean {
  const middle = windows.length >> 1;
  const first = theilSen(windows.slice(0, middle)).slope;
  const second = theilSen(windows.slice(middle)).slope;
  if (second < LEAST_LATER_SHARE * first || second * spanMs < margin) return false;
  return slopeBetweenJumps(windows, JUMPS) * spanMs >= margin * BETWEEN_SHARE;
}

/** Windows of equally many samples, in order of time. */
function toWindows(points: readonly Point[], reduce: Quantity['reduce']): Point[] {
  const shortRun = Math.min(Math.floor(points.length / SHORT_RUN_WINDOWS), SHORT_RUN_WINDOW);
  const size = Math.max(Math.ceil(points.length / MOST_WINDOWS), shortRun, 1);
  const windows: Point[] = [];
  for (let from = 0; from + size <= points.length; from += size) {
    const window = points.slice(from, from + size);
    const values = window.map(({ y }) => y);
    // The window's middle also for its lowest value: its own time would vary more than the value it stands for.
    const x = (window[0]!.x + window.at(-1)!.x) / 2;
    windows.push({ x, y: reduce === 'lowest' ? Math.min(...values) : median(values) });
  }
  return windows;
}

function slopePerDay(found: Slope, points: readonly Point[], level: number): TrendSlope {
  return {
    perDay: found.slope * DAY_MS,
    lowPerDay: found.low * DAY_MS,
    highPerDay: found.high * DAY_MS,
    fromMs: points[0]!.x,
    toMs: points.at(-1)!.x,
    level,
  };
}

function sentence(
  quantity: Quantity,
  outcome: TrendRecord['outcome'],
  slope: TrendSlope,
  why: string,
): string {
  const perDay = (value: number) => `${amount(value, quantity)}/day`;
  const interval = `${perDay(slope.lowPerDay)} to ${perDay(slope.highPerDay)} at 95 %`;
  switch (outcome) {
    case 'leak':
      return `leak: ${quantity.title} grows by ${perDay(slope.perDay)} (${interval}); ${why}`;
    case 'no leak':
      return `no leak: growth below ${perDay(Math.max(slope.highPerDay, 0))} at 95 %; ${why}`;
    case 'not enough data':
      return `not enough data: ${quantity.title} changes by ${interval}; ${why}`;
  }
}

function amount(value: number, { unit, unitSize }: Quantity): string {
  const shown = value / unitSize;
  return `${Math.abs(shown) >= 100 ? Math.round(shown) : Number(shown.toPrecision(2))} ${unit}`;
}

function minutes(ms: number): string {
  return ms < 2 * 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
