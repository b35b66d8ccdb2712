// When events are to be sent: a schedule is fixed before the run and knows no clock and no answers, so a server
// that stalls cannot slow its own load down (no coordinated omission). Event n (from 1) is due at `dueMs(n)`.
//
//   100/s  ramp:10/s-1000/s:60s  sine:500/s+-300/s:30s  burst:1000/10s

import { parseDuration } from '../../base/duration.ts';

/** Above this the clock's microseconds would no longer tell events apart. */
const MAX_RATE_PER_SECOND = 1_000_000;

export interface Schedule {
  /** How many events are due within the first `elapsedMs`; a whole number that never falls. */
  countAt(elapsedMs: number): number;
  /** Events a second that are asked for at this moment; of bursts, their mean. */
  rateAt(elapsedMs: number): number;
  /** The inverse of countAt: when event `n` is due; Infinity when the schedule ends before it. */
  dueMs(n: number): number;
  /** Undefined when it goes on for ever. */
  readonly endsAtMs?: number | undefined;
}

/** A constant rate. The first event is due after one interval. */
export function constant(ratePerSecond: number): Schedule {
  checkRate(ratePerSecond);
  if (ratePerSecond === 0) throw new RangeError('Expected a rate above 0');
  return {
    countAt: (elapsedMs) => whole((elapsedMs * ratePerSecond) / 1000),
    rateAt: () => ratePerSecond,
    dueMs: (n) => (n * 1000) / ratePerSecond,
  };
}

/** A rate that changes evenly from one to the other within `rampMs`, and stays there. */
export function ramp(fromPerSecond: number, toPerSecond: number, rampMs: number): Schedule {
  checkRate(fromPerSecond);
  checkRate(toPerSecond);
  if (fromPerSecond === 0 && toPerSecond === 0) throw new RangeError('Expected a ramp with a rate above 0');
  const from = fromPerSecond / 1000;
  const to = toPerSecond / 1000;
  const slope = (to - from) / rampMs;
  const rampCount = ((from + to) / 2) * rampMs;
  return {
    countAt: (elapsedMs) =>
      whole(
        elapsedMs < rampMs
          ? from * elapsedMs + (slope * elapsedMs * elapsedMs) / 2
          : rampCount + to * (elapsedMs - rampMs),
      ),
    rateAt: (elapsedMs) => (from + slope * Math.min(elapsedMs, rampMs)) * 1000,
    dueMs: (n) => {
      if (n > rampCount) return to === 0 ? Number.POSITIVE_INFINITY : rampMs + (n - rampCount) / to;
      // The root of slope/2 t^2 + from t - n, in the form that also stands slope = 0 and loses no digits.
      return (2 * n) / (from + Math.sqrt(Math.max(0, from * from + 2 * slope * n)));
    },
  };
}

/** A rate that swings around its mean, beginning at the mean and rising. */
export function sine(meanPerSecond: number, swingPerSecond: number, periodMs: number): Schedule {
  checkRate(meanPerSecond + swingPerSecond);
  if (meanPerSecond === 0 || swingPerSecond > meanPerSecond) {
    throw new RangeError(`Expected a swing of at most the mean, got ${meanPerSecond}/s+-${swingPerSecond}/s`);
  }
  const mean = meanPerSecond / 1000;
  const swing = swingPerSecond / 1000;
  const turn = (2 * Math.PI) / periodMs;
  const eventsBy = (elapsedMs: number) =>
    mean * elapsedMs + (swing / turn) * (1 - Math.cos(turn * elapsedMs));
  return {
    countAt: (elapsedMs) => whole(eventsBy(elapsedMs)),
    rateAt: (elapsedMs) => (mean + swing * Math.sin(turn * elapsedMs)) * 1000,
    dueMs: (n) => {
      // No closed form. The wave adds between 0 and 2 swing / turn events, which bounds the answer.
      let low = Math.max(0, n - (2 * swing) / turn) / mean;
      let high = n / mean;
      while (high - low > HALF_MICROSECOND_MS) {
        const middle = (low + high) / 2;
        if (middle === low || middle === high) break;
        if (eventsBy(middle) < n) low = middle;
        else high = middle;
      }
      return high;
    },
  };
}

const HALF_MICROSECOND_MS = 0.0005;

/** `size` events at once, at the start and after each `periodMs`. */
export function burst(size: number, periodMs: number): Schedule {
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new RangeError(`Expected a burst of a whole number of events, got ${size}`);
  }
  checkRate((size * 1000) / periodMs);
  return {
    countAt: (elapsedMs) => (elapsedMs < 0 ? 0 : size * (1 + whole(elapsedMs / periodMs))),
    rateAt: () => (size * 1000) / periodMs,
    dueMs: (n) => Math.floor((n - 1) / size) * periodMs,
  };
}

/** The same events up to and with `endsAtMs`, and then no more. */
export function limitSchedule(schedule: Schedule, endsAtMs: number): Schedule {
  const last = schedule.countAt(endsAtMs);
  return {
    countAt: (elapsedMs) => Math.min(schedule.countAt(elapsedMs), last),
    rateAt: (elapsedMs) => (elapsedMs > endsAtMs ? 0 : schedule.rateAt(elapsedMs)),
    // Never after the end, also where rounding of the inverse would have it there.
    dueMs: (n) => (n > last ? Number.POSITIVE_INFINITY : Math.min(schedule.dueMs(n), endsAtMs)),
    endsAtMs,
  };
}

/**
 * Reads a schedule as people write it in a flag.
 *
 * @throws RangeError that names the forms, for anything else.
 */
export function parseSchedule(text: string): Schedule {
  try {
    return readSchedule(text);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const forms = '100/s, ramp:10/s-1000/s:60s, sine:500/s+-300/s:30s or burst:1000/10s';
    throw new RangeError(
      `Expected a schedule such as ${forms}, got ${JSON.stringify(text)}. ${cause.message}`,
    );
  }
}

function readSchedule(text: string): Schedule {
  const [kind = '', rates = '', time, ...rest] = text.includes(':') ? text.split(':') : ['constant', text];
  const needsTime = kind === 'ramp' || kind === 'sine';
  if (rest.length > 0 || needsTime !== (time !== undefined))
    throw new RangeError('A part is missing or too much');
  const timeMs = time === undefined ? 0 : parseDuration(time);
  switch (kind) {
    case 'constant':
      return constant(parseRate(rates));
    case 'ramp': {
      const [from, to] = splitPair(rates, '-');
      return ramp(parseRate(from), parseRate(to), timeMs);
    }
    case 'sine': {
      const [mean, swing] = splitPair(rates, '+-');
      return sine(parseRate(mean), parseRate(swing), timeMs);
    }
    case 'burst': {
      const [size, period] = splitPair(rates, '/');
      return burst(parseCount(size), parsePeriod(period));
    }
    default:
      throw new RangeError(`Unknown kind ${JSON.stringify(kind)}`);
  }
}

/**
 * Reads `100/s`, `6000/m`, `5/10s` as events a second.
 *
 * @throws RangeError for anything else.
 */
export function parseRate(text: string): number {
  const [count, period] = splitPair(text, '/');
  const ratePerSecond = (parseCount(count) * 1000) / parsePeriod(period);
  checkRate(ratePerSecond);
  return ratePerSecond;
}

function splitPair(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  if (at === -1) throw new RangeError(`There is no ${separator} in ${JSON.stringify(text)}`);
  return [text.slice(0, at), text.slice(at + separator.length)];
}

function parseCount(text: string): number {
  if (!/^\d{1,12}(\.\d{1,6})?$/.test(text)) throw new RangeError(`${JSON.stringify(text)} is not a count`);
  return Number(text);
}

/** A bare unit is one of it: `/s`. */
function parsePeriod(text: string): number {
  return parseDuration(/^[a-z]/.test(text) ? `1${text}` : text);
}

function checkRate(ratePerSecond: number): void {
  if (ratePerSecond >= 0 && ratePerSecond <= MAX_RATE_PER_SECOND) return;
  throw new RangeError(`Expected at most ${MAX_RATE_PER_SECOND} events a second, got ${ratePerSecond}`);
}

/** Whole events; what is a rounding error below the next counts as the next (100/s for 290 ms is 29): 0.3 us in a year. */
function whole(events: number): number {
  return events <= 0 ? 0 : Math.floor(events * (1 + 1e-14));
}
