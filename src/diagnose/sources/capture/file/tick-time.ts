// The times of pcapng: 64 bits that count in a unit which each interface chooses, a power of ten or of two.

/** A unit of time and where its count begins. */
export interface TickUnit {
  readonly ticksPerSecond: number;
  /** Added to every time, in whole seconds. */
  readonly offsetSeconds: number;
}

export const MICROSECOND_TICKS: TickUnit = { ticksPerSecond: 1e6, offsetSeconds: 0 };

/** Reads `if_tsresol`; undefined for a unit so small that 64 bits of it do not reach back to 1970. */
export function ticksPerSecond(resolution: number): number | undefined {
  const exponent = resolution & 0x7f;
  if ((resolution & 0x80) !== 0) return exponent <= 63 ? 2 ** exponent : undefined;
  return exponent <= 19 ? 10 ** exponent : undefined;
}

/** What one call found: one object for all calls. */
export interface SplitTime {
  seconds: number;
  nanoseconds: number;
}

// A remainder times 65,536 has to stay below 2^53.
const MAX_FAST_TICKS = 2 ** 37;

/** Splits a count of ticks into seconds and nanoseconds. */
export function splitTicks(high: number, low: number, unit: TickUnit, into: SplitTime): void {
  if (unit.ticksPerSecond > MAX_FAST_TICKS) {
    splitExactly(high, low, unit, into);
    return;
  }
  // A division by hand, 16 bits at a time: a 64-bit count fits no number, and a BigInt a packet costs more than
  // all the rest of reading it.
  const divisor = unit.ticksPerSecond;
  let rest = high >>> 16;
  let seconds = Math.floor(rest / divisor);
  rest = (rest % divisor) * 65_536 + (high & 0xffff);
  seconds = seconds * 65_536 + Math.floor(rest / divisor);
  rest = (rest % divisor) * 65_536 + (low >>> 16);
  seconds = seconds * 65_536 + Math.floor(rest / divisor);
  rest = (rest % divisor) * 65_536 + (low & 0xffff);
  seconds = seconds * 65_536 + Math.floor(rest / divisor);
  into.seconds = seconds + unit.offsetSeconds;
  into.nanoseconds = Math.floor(((rest % divisor) * 1e9) / divisor);
}

function splitExactly(high: number, low: number, unit: TickUnit, into: SplitTime): void {
  const ticks = (BigInt(high) << 32n) | BigInt(low);
  const divisor = BigInt(unit.ticksPerSecond);
  into.seconds = Number(ticks / divisor) + unit.offsetSeconds;
  into.nanoseconds = Number(((ticks % divisor) * 1_000_000_000n) / divisor);
}
