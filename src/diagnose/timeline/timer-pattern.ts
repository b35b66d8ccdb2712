// Idle or total? Histograms of gap and age over streams that ended alike. An idle timer makes the gaps one value while ages
// differ; a total timer makes ages one value while gaps differ. Where both are one value, or there is one stream, it stays open.

import { matchTimers } from '../data/timers.ts';
import { commonPeriod, densest, isRound, median, range, spreadOf } from './cluster.ts';
import type { Stream } from './stream.ts';

export interface TimerPattern {
  /** `either`: all gaps and all ages are one value. */
  readonly kind: 'idle' | 'total' | 'either';
  /** The middle one of the values; of a swept timer the earliest. */
  readonly valueMs: number;
  readonly earliestMs: number;
  readonly latestMs: number;
  readonly streams: readonly Stream[];
  /** Ends lie on the ticks of a clock with this period. */
  readonly sweepMs?: number;
  /** The value is in the table of timers or a whole number of seconds: all that a single stream can show. */
  readonly isRound: boolean;
  /** For `total`: ages count from the connection, not from the request. */
  readonly fromConnection?: boolean;
}

/** Below this, the gap before an end is how long a close takes, not how long a timer runs. */
const MIN_TIMER_MS = 1000;
/** nginx does not move a timer for less than this (NGX_TIMER_LAZY_DELAY), so it can fire so much early. */
const LAZY_MS = 300;
/** Its clock, and that of the capture, on a busy machine. */
const LAZY_SLACK_MS = 60;
/** What one program does in one go. */
const INSTANT_MS = 20;

export function timerPattern(streams: readonly Stream[]): TimerPattern | undefined {
  const idle = idlePattern(streams);
  const total = totalPattern(streams);
  if (idle === undefined || total === undefined) return idle ?? total;
  return idle.streams.length >= total.streams.length ? idle : total;
}

/** A stream that lived through a longer gap was not ended by an idle timer of this gap. */
const canBeIdle = (stream: Stream): boolean =>
  stream.gapMs !== undefined && stream.gapMs >= MIN_TIMER_MS && stream.longestGapMs < stream.gapMs * 0.98;

const gapOf = (stream: Stream) => stream.gapMs!;

function idlePattern(streams: readonly Stream[]): TimerPattern | undefined {
  const able = streams.filter(canBeIdle);
  // Where most streams had survived such gaps, the rest is chance.
  if (able.length === 0 || able.length * 2 < streams.filter(({ gapMs }) => gapMs !== undefined).length) {
    return undefined;
  }
  const late = onTime(able);
  const members = [...late, ...firedEarly(able, late)];
  const swept = sweptPattern(able);
  if (swept === undefined && isMoment(members, gapOf)) return undefined;
  if (swept !== undefined && swept.streams.length > members.length) return swept;
  const value = range(late.map(gapOf));
  const round = matchTimers(value.min, 'idle').length > 0 || isRound(value.min);
  if (members.length === 1 && !round) return undefined;
  const sameAge = agesAreOne(members, 'ageMs');
  return {
    kind: sameAge ? 'either' : 'idle',
    valueMs: median(late.map(gapOf)),
    earliestMs: value.min,
    latestMs: value.max,
    streams: members,
    isRound: round,
  };
}

// Those that lie together, unless a later one has more on its side: those that a lazy timer of its value ended early.
function onTime(able: readonly Stream[]): Stream[] {
  let best = densest(able, gapOf);
  let most = best.length + firedEarly(able, best).length;
  for (const stream of able) {
    const gapMs = gapOf(stream);
    const late = able.filter((other) => gapOf(other) <= gapMs && gapOf(other) >= gapMs - spreadOf(0));
    const count = late.length + firedEarly(able, late).length;
    // Two, of which one is early, may be chance.
    if (count > most && count >= 3) [best, most] = [late, count];
  }
  return best;
}

// With events close together such a timer stands where one of the earlier ones has put it.
function firedEarly(able: readonly Stream[], late: readonly Stream[]): Stream[] {
  const { max } = range(late.map(gapOf));
  return able.filter(
    (stream) =>
      !late.includes(stream) &&
      gapOf(stream) < max &&
      gapOf(stream) >= max - LAZY_MS - LAZY_SLACK_MS &&
      lastStepMs(stream) < LAZY_MS + LAZY_SLACK_MS,
  );
}

function lastStepMs({ exchange, flow }: Stream): number {
  const bursts = exchange?.bursts.length ? exchange.bursts : flow.halves.server.bursts;
  const [before, last] = bursts.slice(-2);
  return last === undefined ? Number.POSITIVE_INFINITY : last.atMs - before!.atMs;
}

// One stream without any payload after its beginning has one number for both.
function agesAreOne(streams: readonly Stream[], what: 'ageMs' | 'connectionAgeMs'): boolean {
  const { min, max } = range(streams.map((stream) => stream[what]));
  if (streams.length === 1) return Math.abs(min - gapOf(streams[0]!)) <= spreadOf(min);
  return max - min <= spreadOf(min);
}

function sweptPattern(able: readonly Stream[]): TimerPattern | undefined {
  if (able.length < 4) return undefined;
  const { min, max } = range(able.map(gapOf));
  const sweepMs = commonPeriod(able.map(({ end }) => end.atMs));
  const ages = range(able.map(({ ageMs }) => ageMs));
  const isSweep = sweepMs !== undefined && max - min <= sweepMs + spreadOf(min) && max <= 2.5 * min;
  if (!isSweep || ages.max - ages.min <= max - min) return undefined;
  return {
    kind: 'idle',
    valueMs: min,
    earliestMs: min,
    latestMs: max,
    streams: able,
    sweepMs,
    isRound: false,
  };
}

function totalPattern(streams: readonly Stream[]): TimerPattern | undefined {
  const byRequest = totalBy(streams, 'ageMs');
  const byConnection = totalBy(streams, 'connectionAgeMs');
  if (byConnection === undefined) return byRequest;
  const more = byConnection.streams.length > (byRequest?.streams.length ?? 0);
  return more ? { ...byConnection, fromConnection: true } : byRequest;
}

function totalBy(streams: readonly Stream[], what: 'ageMs' | 'connectionAgeMs'): TimerPattern | undefined {
  const able = streams.filter((stream) => stream[what] >= MIN_TIMER_MS);
  if (able.length === 0) return undefined;
  const members = densest(able, (stream) => stream[what]);
  const { min, max } = range(members.map((stream) => stream[what]));
  const round = matchTimers(min, 'total').length > 0 || isRound(min);
  if (members.length === 1 && !round) return undefined;
  if (isMoment(members, (stream) => stream[what])) return undefined;
  // One connection is one observation of its age, however many streams it carried.
  const isOneConnection = members.every(({ flow }) => flow === members[0]!.flow);
  if (what === 'connectionAgeMs' && members.length > 1 && isOneConnection) return undefined;
  // Ended together after a beginning together: a moment, not a timer.
  if (members.length > 1 && beganTogether(members) && !round) return undefined;
  const idleable = members.filter(canBeIdle);
  const gaps = range(idleable.map(gapOf));
  const sameGap = idleable.length === members.length && gaps.max - gaps.min <= spreadOf(gaps.min);
  return {
    kind: sameGap ? 'either' : 'total',
    valueMs: median(members.map((stream) => stream[what])),
    earliestMs: min,
    latestMs: max,
    streams: members,
    isRound: round,
  };
}

/** Ends at one instant, while the times that a timer would make equal differ more: something ended them all. */
function isMoment(streams: readonly Stream[], timeOf: (stream: Stream) => number): boolean {
  if (streams.length < 2) return false;
  const ends = range(streams.map(({ end }) => end.atMs));
  const times = range(streams.map(timeOf));
  return ends.max - ends.min <= INSTANT_MS && times.max - times.min > (ends.max - ends.min) * 4 + INSTANT_MS;
}

const beganTogether = (streams: readonly Stream[]) => {
  const { min, max } = range(streams.map(({ beginMs }) => beginMs));
  return max - min <= spreadOf(0);
};
