// Does a quantity of the server grow without end? Decided by its slope after warm-up, in three words:
//
//   leak              growth above the quantity's margin is shown with 95 %, that there is growth at all beyond
//                     chance, and it goes on: it is no jump, and no warm-up that levels off
//   no leak           growth above the margin is excluded with 95 %; the verdict says below which slope it is
//   not enough data   neither: too short, too noisy, or growing in a way that may yet end
//
// Of memory, `no leak` also needs so many reconnects that a leak of 1 KiB each would have been seen.

import type { SampleRecord, TrendQuantity, TrendRecord, TrendSlope } from '../result.ts';
import { median, type Point, type Slope, theilSen } from '../statistics/theil-sen.ts';
import { slopeBetweenJumps } from './jumps.ts';
import { type Quantity, quantities } from './quantities.ts';
import { reconnectPower } from './reconnect-power.ts';
import { amountText, spanText, trendSentence } from './trend-words.ts';
import { type WorkPoint, warmUpEndMs } from './warm-up.ts';
import { toWindows } from './windows.ts';

const DAY_MS = 86_400_000;

/** The second half's slope to the first's. Growth that levels off with a time constant below 0.4 of the time has less. */
const LEAST_LATER_SHARE = 0.35;

/** Jumps that a healthy server may make in the time (a heap that is resized): growth must show between them. */
const JUMPS = 3;
/** Each jump takes points away; of few points none can be forgiven. */
const POINTS_A_JUMP = 6;
/** Of the margin: fewer pairs of points, so less is asked of them. */
const BETWEEN_SHARE = 0.75;

export interface TrendSeries extends WorkPoint {
  /** Since the point before. */
  readonly reconnects: number;
  readonly values: Readonly<Partial<Record<TrendQuantity, number>>>;
}

/** Keeps of a sample what a trend needs. */
export function trendPoint(sample: SampleRecord): TrendSeries {
  const values: Partial<Record<TrendQuantity, number>> = {};
  for (const { name, read } of quantities) {
    const value = read(sample);
    if (value !== undefined && Number.isFinite(value)) values[name] = value;
  }
  return { atMs: sample.atMs, streamsUp: sample.streamsUp, reconnects: sample.reconnects, values };
}

/** The trend of every quantity that was measured, for points in order of time. */
export function judgeTrends(series: readonly TrendSeries[]): TrendRecord[] {
  const fromMs = warmUpEndMs(series);
  const counted = series.filter(({ atMs }) => atMs >= fromMs);
  return quantities.flatMap((quantity) =>
    series.some(({ values }) => values[quantity.name] !== undefined)
      ? [judgeQuantity(quantity, counted)]
      : [],
  );
}

function judgeQuantity(quantity: Quantity, series: readonly TrendSeries[]): TrendRecord {
  const { name } = quantity;
  const points = pointsOf(quantity, series);
  const windows = toWindows(points, quantity.reduce);
  if (windows.length < quantity.least) {
    const because = `not enough data: ${points.length} ${quantity.points} behind the warm-up, ${quantity.least} are needed`;
    return { quantity: name, outcome: 'not enough data', because, slope: undefined };
  }
  const found = theilSen(windows);
  const spanMs = windows.at(-1)!.x - windows[0]!.x;
  const level = median(windows.map(({ y }) => y));
  const margin = Math.max(level * quantity.marginShare, quantity.marginAtLeast);
  const power =
    quantity.proves === 'memory'
      ? reconnectPower(reconnectsBetween(series, points[0]!.x, points.at(-1)!.x), found, spanMs, margin)
      : undefined;
  const decided = decide(quantity, found, spanMs, margin, () => goesOn(windows, spanMs, margin));
  const outcome = decided.outcome === 'no leak' && power?.isShort ? 'not enough data' : decided.outcome;
  const slope = slopePerDay(found, points, level);
  const why = `${decided.why} ${amountText(margin, quantity)} in ${spanText(spanMs)}`;
  return { quantity: name, outcome, because: trendSentence(quantity, outcome, slope, why, power), slope };
}

function pointsOf(quantity: Quantity, series: readonly TrendSeries[]): Point[] {
  return series.flatMap(({ atMs, values }) => {
    const y = values[quantity.name];
    return y === undefined ? [] : [{ x: atMs, y }];
  });
}

function reconnectsBetween(series: readonly TrendSeries[], fromMs: number, toMs: number): number {
  return series.reduce(
    (sum, { atMs, reconnects }) => (atMs > fromMs && atMs <= toMs ? sum + reconnects : sum),
    0,
  );
}

function decide({ certainZ }: Quantity, found: Slope, spanMs: number, margin: number, lasts: () => boolean) {
  if (found.high * spanMs < margin) return { outcome: 'no leak', why: 'growth is less than' } as const;
  if (found.low * spanMs < margin || found.z < certainZ) {
    return { outcome: 'not enough data', why: 'the interval neither excludes nor shows' } as const;
  }
  if (!lasts())
    return { outcome: 'not enough data', why: 'it may be a step or a longer warm-up, though above' } as const;
  return { outcome: 'leak', why: 'steady growth above' } as const;
}

/** Not one that levels off, nor a few jumps: without them, and in its later half, it still grows. */
function goesOn(windows: readonly Point[], spanMs: number, margin: number): boolean {
  const middle = windows.length >> 1;
  const first = medianSlope(windows.slice(0, middle + 1));
  const second = medianSlope(windows.slice(middle));
  if (second < LEAST_LATER_SHARE * first || second * spanMs < margin) return false;
  const jumps = Math.min(JUMPS, Math.floor(windows.length / POINTS_A_JUMP));
  return slopeBetweenJumps(windows, jumps) * spanMs >= margin * BETWEEN_SHARE;
}

const medianSlope = (points: readonly Point[]) => slopeBetweenJumps(points, 0);

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
