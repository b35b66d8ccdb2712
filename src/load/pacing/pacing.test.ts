import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { intendedUs, nextWait } from './pacer.ts';
import { burst, constant, limitSchedule, parseRate, parseSchedule, ramp, sine } from './schedule.ts';

const MICROSECOND_MS = 0.001;
const YEAR_MS = 365 * 86_400_000;

const rates = fc.integer({ min: 1, max: 50_000 });
const times = fc.integer({ min: 50, max: 120_000 });
const unlimited = fc.oneof(
  rates.map((rate) => `${rate}/s`),
  fc.tuple(rates, times).map(([count, ms]) => `${count}/${ms + 1000}ms`),
  fc.tuple(fc.nat(5000), rates, times).map(([from, to, ms]) => `ramp:${from}/s-${to}/s:${ms}ms`),
  fc.tuple(rates, fc.nat(5000), times).map(([from, to, ms]) => `ramp:${from}/s-${to}/s:${ms}ms`),
  fc.tuple(rates, fc.nat(100), times).map(([mean, percent, ms]) => {
    return `sine:${mean}/s+-${Math.floor((mean * percent) / 100)}/s:${ms}ms`;
  }),
  fc.tuple(rates, times).map(([size, ms]) => `burst:${size}/${ms + 1000}ms`),
);
const anySchedule = fc.tuple(unlimited, fc.option(times, { nil: undefined })).map(([text, endsAtMs]) => {
  const schedule = parseSchedule(text);
  return { text, schedule: endsAtMs === undefined ? schedule : limitSchedule(schedule, endsAtMs) };
});

describe('a schedule', () => {
  it('never takes an event back', () => {
    fc.assert(
      fc.property(
        anySchedule,
        fc.double({ min: 0, max: 1e7, noNaN: true }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        ({ schedule }, atMs, laterMs) => {
          const count = schedule.countAt(atMs);
          assert.ok(Number.isSafeInteger(count) && count >= 0, `${count}`);
          assert.ok(schedule.countAt(atMs + laterMs) >= count);
        },
      ),
    );
  });

  it('has each event due when its count reaches it, to the microsecond within a year', () => {
    fc.assert(
      fc.property(anySchedule, fc.integer({ min: 1, max: 1_000_000 }), ({ schedule, text }, n) => {
        const dueMs = schedule.dueMs(n);
        if (dueMs > YEAR_MS) return;
        assert.ok(schedule.countAt(dueMs + MICROSECOND_MS) >= n, `${text}: ${n} is due at ${dueMs}`);
        assert.ok(
          dueMs === 0 || schedule.countAt(dueMs - MICROSECOND_MS) < n,
          `${text}: ${n} is not due before ${dueMs}`,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('asks for the rate at which its count grows', () => {
    for (const text of ['250/s', 'ramp:10/s-1000/s:60s', 'ramp:1000/s-0/s:60s', 'sine:500/s+-300/s:30s']) {
      const schedule = parseSchedule(text);
      for (const atMs of [1000, 7000, 20_000, 45_000, 59_000, 90_000]) {
        const grown = schedule.countAt(atMs + 500) - schedule.countAt(atMs - 500);
        assert.ok(Math.abs(grown - schedule.rateAt(atMs)) < 6, `${text} at ${atMs}: ${grown}`);
      }
    }
  });

  it('counts what people would count', () => {
    assert.equal(constant(100).countAt(60_000), 6000);
    assert.equal(constant(100).countAt(290), 29);
    assert.equal(constant(100).countAt(9.99), 0);
    assert.equal(ramp(10, 1000, 60_000).countAt(60_000), 30_300);
    assert.equal(ramp(10, 1000, 60_000).countAt(61_000), 31_300);
    assert.equal(sine(500, 300, 30_000).countAt(30_000), 15_000);
    assert.ok(sine(500, 300, 30_000).countAt(15_000) > 10_000);
    assert.equal(burst(1000, 10_000).countAt(0), 1000);
    assert.equal(burst(1000, 10_000).countAt(9999), 1000);
    assert.equal(burst(1000, 10_000).countAt(10_000), 2000);
  });

  it('ends where it is told to', () => {
    const limited = limitSchedule(constant(100), 1000);
    assert.equal(limited.countAt(5000), 100);
    assert.equal(limited.dueMs(100), 1000);
    assert.equal(limited.dueMs(101), Number.POSITIVE_INFINITY);
    assert.equal(limited.rateAt(1001), 0);
    assert.equal(ramp(100, 0, 1000).dueMs(51), Number.POSITIVE_INFINITY);
  });

  it('is read from text', () => {
    assert.equal(parseSchedule('100/s').countAt(1000), 100);
    assert.equal(parseSchedule('6000/m').countAt(1000), 100);
    assert.equal(parseSchedule('5/10s').dueMs(1), 2000);
    assert.equal(parseSchedule('0.5/s').dueMs(1), 2000);
    assert.equal(parseSchedule('burst:7/1m30s').dueMs(8), 90_000);
    assert.equal(parseSchedule('ramp:0/s-100/s:10s').countAt(10_000), 500);
    assert.equal(parseRate('10/100ms'), 100);
  });

  it('that makes no sense is refused with the forms that do', () => {
    for (const text of [
      '',
      '100',
      '100/x',
      '-1/s',
      '0/s',
      '1e3/s',
      '1000001/s',
      '100/s:5s',
      'ramp:1/s-2/s',
      'ramp:1/s:5s',
      'ramp:0/s-0/s:5s',
      'ramp:1/s-2/s:5s:5s',
      'sine:5/s+-6/s:10s',
      'sine:5/s-6/s:10s',
      'burst:0/10s',
      'burst:1.5/10s',
      'burst:10:10s',
      'wave:1/s',
    ]) {
      assert.throws(() => parseSchedule(text), /^RangeError: Expected a schedule such as 100\/s, ramp/, text);
    }
  });
});

describe('the pacer', () => {
  /** Steps of time as a caller takes them: prompt, and now and then late. */
  const steps = fc.array(fc.oneof(fc.double({ min: 0, max: 30, noNaN: true }), fc.nat(20_000)), {
    maxLength: 60,
  });

  it('is never ahead of its schedule and never behind it: what it gave so far is the count', () => {
    fc.assert(
      fc.property(anySchedule, steps, ({ schedule }, stepsMs) => {
        let elapsedMs = 0;
        let sent = 0;
        for (const stepMs of [0, ...stepsMs]) {
          elapsedMs += stepMs;
          const { due, waitMs } = nextWait(schedule, elapsedMs, sent);
          assert.ok(Number.isSafeInteger(due) && due >= 0);
          assert.ok(waitMs === undefined || waitMs >= 0);
          sent += due;
          assert.equal(sent, schedule.countAt(elapsedMs));
          assert.deepEqual(nextWait(schedule, elapsedMs, sent), { due: 0, waitMs }, 'nothing is due twice');
        }
      }),
    );
  });

  it('waits until the next event is due, and no longer', () => {
    fc.assert(
      fc.property(anySchedule, fc.nat(100_000), ({ schedule }, elapsedMs) => {
        const { due, waitMs } = nextWait(schedule, elapsedMs, 0);
        if (waitMs === undefined) return assert.equal(schedule.countAt(1e12), due);
        assert.ok(nextWait(schedule, elapsedMs + waitMs + MICROSECOND_MS, due).due >= 1);
        if (waitMs > 2 * MICROSECOND_MS) {
          assert.equal(nextWait(schedule, elapsedMs + waitMs - MICROSECOND_MS, due).due, 0);
        }
      }),
    );
  });

  it('gives intended times that never fall, lie within the schedule and are never before their event is due', () => {
    fc.assert(
      fc.property(anySchedule, fc.nat(1_000_000), fc.nat(20_000), ({ schedule }, startUs, elapsedMs) => {
        const sent = schedule.countAt(elapsedMs);
        const first = Math.max(1, sent - 200);
        let earlierUs = startUs;
        for (let n = first; n <= sent; n++) {
          const atUs = intendedUs(schedule, startUs, n);
          assert.ok(Number.isSafeInteger(atUs) && atUs >= earlierUs);
          assert.ok(atUs <= startUs + elapsedMs * 1000 + 1, 'what is due is not in the future');
          assert.ok(schedule.endsAtMs === undefined || atUs <= startUs + schedule.endsAtMs * 1000);
          earlierUs = atUs;
        }
      }),
    );
  });

  it('gives a late caller everything at once, with the times it was meant for', () => {
    const schedule = constant(1000);
    assert.deepEqual(nextWait(schedule, 2000, 10), { due: 1990, waitMs: 1 });
    assert.equal(intendedUs(schedule, 5_000_000, 11), 5_011_000);
  });

  it('says when there is nothing more to wait for', () => {
    assert.deepEqual(nextWait(limitSchedule(constant(10), 1000), 1500, 4), { due: 6, waitMs: undefined });
  });

  it('asks for nothing when told that more was sent than was due', () => {
    assert.equal(nextWait(constant(10), 100, 5).due, 0);
  });
});
