// How much of the time streams were there, what each fault cost, and what that is in a year. Pure; every figure comes
// with the numbers it was made of.

import type { SampleRecord } from '../load/result.ts';

export interface FaultSpan {
  readonly name: string;
  readonly atMs: number;
}

/** What one kind of fault cost. */
export interface FaultCost {
  readonly name: string;
  /** How often it was made. */
  readonly occurrences: number;
  readonly streams: number;
  readonly lostStreamSeconds: number;
  /** Lost seconds a stream, of one occurrence. */
  readonly secondsEach: number;
  /** With 95 %; undefined for one occurrence, which has no spread. */
  readonly secondsInterval: readonly [low: number, high: number] | undefined;
}

export interface Availability {
  readonly wantedStreamSeconds: number;
  readonly lostStreamSeconds: number;
  /** From 0 to 1. */
  readonly share: number;
  /** Lost before the first fault: not theirs. */
  readonly lostBefore: number;
  readonly faults: readonly FaultCost[];
}

/** Of a year at so many of each fault a day. */
export interface YearFigure {
  readonly perDay: number;
  readonly share: number;
  /** With 95 %, where every fault has an interval. */
  readonly interval: readonly [low: number, high: number] | undefined;
  /** The arithmetic in words. */
  readonly because: string;
}

const SECONDS_A_DAY = 86_400;
/** Two-sided 95 % of Student's t by degrees of freedom, from 1. */
const STUDENT_T = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
const NORMAL = 1.96;

/**
 * @param samples - of the steady part; a fault has what is lost from its begin to the begin of the next one.
 * @param offsetMs - when the faults' clock began, on that of the samples.
 */
export function availabilityOf(
  samples: readonly SampleRecord[],
  faults: readonly FaultSpan[],
  offsetMs: number,
): Availability {
  const begins = faults.map(({ atMs }) => atMs + offsetMs);
  const lostBy = new Array<number>(faults.length).fill(0);
  let [wanted, lost, lostBefore] = [0, 0, 0];
  let streams = 0;
  for (const { atMs, wantedStreamSeconds, freshStreamSeconds, streamsWanted } of samples) {
    const missing = Math.max(0, wantedStreamSeconds - freshStreamSeconds);
    wanted += wantedStreamSeconds;
    lost += missing;
    streams = Math.max(streams, streamsWanted);
    const index = begins.findLastIndex((begin) => begin < atMs);
    if (index === -1) lostBefore += missing;
    else lostBy[index]! += missing;
  }
  const names = [...new Set(faults.map(({ name }) => name))];
  return {
    wantedStreamSeconds: wanted,
    lostStreamSeconds: lost,
    share: wanted === 0 ? 0 : 1 - lost / wanted,
    lostBefore,
    faults: names.map((name) => {
      const each = faults.flatMap((fault, i) =>
        fault.name === name ? [lostBy[i]! / Math.max(streams, 1)] : [],
      );
      const mean = sum(each) / each.length;
      return {
        name,
        occurrences: each.length,
        streams,
        lostStreamSeconds: sum(each) * streams,
        secondsEach: mean,
        secondsInterval: intervalOf(each, mean),
      };
    }),
  };
}

/** What the faults would make of a year, at so many of each a day and nothing else happening. */
export function yearFigure({ faults }: Availability, perDay: number): YearFigure {
  const lostADay = sum(faults.map(({ secondsEach }) => secondsEach)) * perDay;
  const bounds = ([0, 1] as const).map((end) => {
    const each = faults.map(({ secondsInterval }) => secondsInterval?.[end]);
    return each.some((seconds) => seconds === undefined) ? undefined : sum(each as number[]) * perDay;
  });
  const share = (seconds: number) => Math.max(0, 1 - seconds / SECONDS_A_DAY);
  const [least, most] = bounds;
  const parts = faults.map(({ name, secondsEach }) => `${name} ${round(secondsEach)} s`);
  return {
    perDay,
    share: share(lostADay),
    interval: least === undefined || most === undefined ? undefined : [share(most), share(least)],
    because: `1 - ${perDay} x (${parts.join(' + ') || '0 s'}) / ${SECONDS_A_DAY} s`,
  };
}

function intervalOf(each: readonly number[], mean: number): readonly [number, number] | undefined {
  if (each.length < 2) return undefined;
  const variance = sum(each.map((value) => (value - mean) ** 2)) / (each.length - 1);
  const half = (STUDENT_T[each.length - 2] ?? NORMAL) * Math.sqrt(variance / each.length);
  return [Math.max(0, mean - half), mean + half];
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const round = (seconds: number) => Number(seconds.toPrecision(3));
