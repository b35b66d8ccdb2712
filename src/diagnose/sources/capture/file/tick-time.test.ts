import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { splitTicks, ticksPerSecond } from './tick-time.ts';

describe('splitTicks', () => {
  it('divides as whole numbers do, for every resolution', () => {
    const resolutions = fc.oneof(
      fc.nat(19),
      fc.nat(63).map((exponent) => exponent + 128),
    );
    const word = fc.nat(0xffffffff);
    fc.assert(
      fc.property(resolutions, word, word, (resolution, high, low) => {
        const perSecond = ticksPerSecond(resolution)!;
        const into = { seconds: 0, nanoseconds: 0 };
        splitTicks(high, low, { ticksPerSecond: perSecond, offsetSeconds: 5 }, into);
        const ticks = (BigInt(high) << 32n) | BigInt(low);
        const divisor = BigInt(perSecond);
        assert.equal(into.seconds, Number(ticks / divisor) + 5);
        // What is left may be too large for a number: then the last nanosecond may differ.
        const exact = Number(((ticks % divisor) * 1_000_000_000n) / divisor);
        assert.ok(Math.abs(into.nanoseconds - exact) <= 1, `${into.nanoseconds} instead of ${exact}`);
      }),
    );
  });
});

describe('ticksPerSecond', () => {
  it('refuses a resolution that 64 bits do not hold', () => {
    assert.equal(ticksPerSecond(6), 1e6);
    assert.equal(ticksPerSecond(128 + 10), 1024);
    assert.equal(ticksPerSecond(20), undefined);
    assert.equal(ticksPerSecond(128 + 64), undefined);
  });
});
