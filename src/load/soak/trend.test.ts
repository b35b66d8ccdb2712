import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fiftyReconnectsKiB, fiveReconnectsKiB } from '../../../test/support/recorded-memory.ts';
import { type Health, healths, keptHeap, privateMemory } from '../../../test/support/soak-series.ts';
import type { SampleRecord } from '../result.ts';
import { judgeTrends, type TrendSeries, trendPoint } from './trend.ts';
import { soakSampleMs, warmUpEndMs } from './warm-up.ts';

// Thresholds were chosen with the seeds of the first set; what is asserted holds for the second, which was only ever
// asked for the result.
const RUNS = 200;
const TUNED_ON = 7919;
const HELD_OUT = 104_729;
const KiB = 1024;
const TEN_MINUTES = { durationS: 600, everyS: 5 };
const TEN_MINUTES_30S = { durationS: 600, everyS: 30 };
const SIX_HOURS = { durationS: 21_600, everyS: 30 };

function leaksFound(series: (seed: number) => TrendSeries[], set = HELD_OUT, runs = RUNS): number {
  let leaks = 0;
  for (let run = 0; run < runs; run++) if (judgeTrends(series(run * set + 1))[0]!.outcome === 'leak') leaks++;
  return leaks;
}

for (const health of healths.filter((one) => one !== 'all of it')) {
  test(`a healthy server with ${health} is never accused`, () => {
    for (const plan of [TEN_MINUTES, TEN_MINUTES_30S, SIX_HOURS]) {
      assert.equal(
        leaksFound((seed) => privateMemory({ health, seed, ...plan })),
        0,
        JSON.stringify(plan),
      );
    }
  });
}

test('all of it at once, with more growth than a leak would make, is accused in at most 2 of 100 short runs', () => {
  // A warm-up by half of the level, jumps by a fifth and full collections put off, within ten minutes: such a series
  // grows by 50 MiB or more and cannot be told from a leak. It takes a longer run.
  const accused = (plan: typeof TEN_MINUTES) =>
    leaksFound((seed) => privateMemory({ health: 'all of it', seed, ...plan }));
  assert.ok(accused(TEN_MINUTES) <= 4, `${accused(TEN_MINUTES)}`);
  assert.ok(accused(SIX_HOURS) <= 2, `${accused(SIX_HOURS)}`);
});

test('1 KiB a reconnect at 100 reconnects/s is found in ten minutes of private memory', () => {
  const found = (health: Health) =>
    leaksFound((seed) => privateMemory({ health, seed, ...TEN_MINUTES, leakBytesPerS: 100 * KiB }));
  for (const health of ['noise', 'sawtooth'] as const) assert.equal(found(health), RUNS, health);
  for (const health of ['wander', 'staircase'] as const) assert.ok(found(health) >= RUNS * 0.95, health);
  // Jumps as large as the leak itself hide it from some of the short runs.
  for (const health of ['steps', 'warm-up', 'all of it'] as const)
    assert.ok(found(health) >= RUNS * 0.6, health);
});

test('1 KiB a reconnect is found in ten minutes of full collections, from 20 reconnects/s on', () => {
  for (const reconnectsPerS of [20, 100]) {
    const leak = { ...TEN_MINUTES, reconnectsPerS, leakBytesPerS: reconnectsPerS * KiB };
    for (const set of [TUNED_ON, HELD_OUT]) {
      const found = leaksFound((seed) => keptHeap({ seed, ...leak }), set);
      assert.ok(found >= RUNS * 0.99, `${found} of ${RUNS} at ${reconnectsPerS}/s`);
    }
  }
});

test('full collections of a server that keeps nothing never accuse it, and at 100 reconnects/s clear it', () => {
  const healthy = { ...TEN_MINUTES, reconnectsPerS: 100 };
  for (const set of [TUNED_ON, HELD_OUT]) {
    assert.equal(
      leaksFound((seed) => keptHeap({ seed, ...healthy }), set),
      0,
    );
    let cleared = 0;
    for (let run = 0; run < RUNS; run++) {
      if (judgeTrends(keptHeap({ seed: run * set + 1, ...healthy }))[0]!.outcome === 'no leak') cleared++;
    }
    assert.ok(cleared >= RUNS * 0.95, `${cleared} of ${RUNS}`);
  }
});

test('with few reconnects it says how many would have shown a leak of 1 KiB each', () => {
  const judge = (reconnectsPerS: number) =>
    judgeTrends(keptHeap({ seed: 3, ...TEN_MINUTES, reconnectsPerS }))[0]!;
  const { outcome, because } = judge(1);
  assert.equal(outcome, 'not enough data');
  const [, reconnects, needed] =
    /^not enough data: (\d+) reconnects, a leak of 1 KiB a reconnect would be seen from (\d+) on; growth below/.exec(
      because,
    )!;
  assert.ok(Number(reconnects) > 200 && Number(reconnects) < 500, because);
  assert.ok(Number(needed) > 1000 && Number(needed) < 5000, because);
  assert.equal(judge(100).outcome, 'no leak');
  assert.match(judge(0).because, /^no leak: growth below/, 'a run without churn is judged by time alone');
});

test('1 KiB a reconnect at 5 reconnects/s is found in six hours of private memory', () => {
  for (const health of ['noise', 'sawtooth', 'warm-up', 'staircase', 'wander'] as const) {
    const found = leaksFound((seed) => privateMemory({ health, seed, ...SIX_HOURS, leakBytesPerS: 5 * KiB }));
    assert.equal(found, RUNS, health);
  }
});

test('two recorded servers that kept nothing are not accused, and are with a leak on top', () => {
  for (const recorded of [fiveReconnectsKiB, fiftyReconnectsKiB]) {
    const series = (leakBytesPerS: number) =>
      recorded.map((kiB, i) => {
        const atMs = (i + 1) * 5000;
        return {
          atMs,
          streamsUp: 500,
          reconnects: 0,
          values: { privateBytes: kiB * KiB + (leakBytesPerS * atMs) / 1000 },
        };
      });
    assert.notEqual(judgeTrends(series(0))[0]!.outcome, 'leak');
    assert.equal(judgeTrends(series(100 * KiB))[0]!.outcome, 'leak');
  }
});

test('the verdict names slope, interval and margin', () => {
  const [leak] = judgeTrends(
    keptHeap({ seed: 1, ...TEN_MINUTES, reconnectsPerS: 100, leakBytesPerS: 100 * KiB }),
  );
  assert.match(
    leak!.because,
    /^leak: heap after full collections grows by 8\d{3} MiB\/day, 10\d\d bytes a reconnect \(8\d{3} MiB\/day to 8\d{3} MiB\/day at 95 %\); steady growth above [\d.]+ MiB in \d min$/,
  );
  assert.ok(leak!.slope!.lowPerDay <= 100 * KiB * 86_400 && leak!.slope!.highPerDay >= 100 * KiB * 86_400);
  const [healthy] = judgeTrends(keptHeap({ seed: 1, ...SIX_HOURS }));
  assert.match(healthy!.because, /^no leak: growth below [\d.]+ MiB\/day at 95 %; growth is less than/);
});

test('files and latency have trends of their own', () => {
  const series = (files: (s: number) => number) =>
    Array.from({ length: 120 }, (_, i) => ({
      atMs: (i + 1) * 5000,
      streamsUp: 10,
      reconnects: 0,
      values: { openFiles: files((i + 1) * 5), latencyP99Us: 20_000 + ((i * 37) % 11) * 500 },
    }));
  const outcomes = (files: (s: number) => number) => judgeTrends(series(files)).map(({ outcome }) => outcome);
  assert.deepEqual(
    outcomes(() => 540),
    ['no leak', 'no leak'],
  );
  assert.deepEqual(
    outcomes((s) => 540 + s),
    ['leak', 'no leak'],
  );
});

test('a run that is too short says so', () => {
  const short = judgeTrends(
    privateMemory({ health: 'noise', seed: 1, durationS: 200, everyS: 30, leakBytesPerS: 1e6 }),
  );
  assert.equal(short[0]!.outcome, 'not enough data');
  assert.match(short[0]!.because, /^not enough data: \d samples behind the warm-up, 8 are needed$/);
  assert.deepEqual(judgeTrends([]), []);
});

test('warm-up ends a fifth behind the moment from which all streams are up', () => {
  const points = Array.from({ length: 100 }, (_, i) => ({
    atMs: i * 30_000,
    streamsUp: Math.min(i, 20) * 500,
  }));
  assert.equal(warmUpEndMs(points), 19 * 30_000 + 0.2 * 80 * 30_000);
  assert.equal(warmUpEndMs(points.slice(0, 1)), 60_000);
  assert.equal(warmUpEndMs([]), 0);
  assert.deepEqual([600_000, 3_600_000, 60_000].map(soakSampleMs), [5000, 30_000, 1000]);
});

test('a sample gives what it has: latencies of a late generator are left out', () => {
  const sample = (limited: boolean) =>
    ({
      atMs: 5,
      streamsUp: 2,
      reconnects: 3,
      server: { privateBytes: 7, kernelSocketBytes: undefined, openFiles: 3 },
      runtime: { heapUsedBytes: 4 },
      generator: { limited },
      latency: { p99Us: 9 },
    }) as SampleRecord;
  assert.deepEqual(trendPoint(sample(true)).values, { privateBytes: 7, heapBytes: 4, openFiles: 3 });
  assert.equal(trendPoint(sample(false)).values.latencyP99Us, 9);
});
