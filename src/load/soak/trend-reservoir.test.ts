import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SampleRecord } from '../result.ts';
import { judgeTrends } from './trend.ts';
import { MOST_TREND_POINTS, TrendReservoir } from './trend-reservoir.ts';

const SAMPLE_MS = 30_000;
const MiB = 1024 * 1024;

/** A clock that runs for `days` in no time: a sample each 30 s, with garbage on top of what is kept. */
function soak(days: number, leakBytesPerSample: number): TrendReservoir {
  const reservoir = new TrendReservoir();
  for (let i = 1; i <= (days * 86_400_000) / SAMPLE_MS; i++) {
    const garbage = ((i * 7) % 5) * MiB;
    reservoir.add({
      atMs: i * SAMPLE_MS,
      streamsUp: 500,
      reconnects: 3000,
      generator: { limited: false },
      server: { privateBytes: 80 * MiB + garbage + leakBytesPerSample * i },
      latency: { p99Us: 20_000 + (i % 3) * 1000 },
    } as unknown as SampleRecord);
    assert.ok(reservoir.points.length <= MOST_TREND_POINTS);
  }
  return reservoir;
}

test('thirty days are held in bounded memory, and nothing of them is lost but detail', () => {
  const { points } = soak(30, 0);
  assert.ok(points.length > MOST_TREND_POINTS / 2);
  assert.equal(
    points.reduce((sum, { reconnects }) => sum + reconnects, 0),
    30 * 2880 * 3000,
  );
  assert.equal(points.at(-1)!.atMs, 30 * 86_400_000);
  for (const [i, { atMs, values }] of points.slice(1).entries()) {
    assert.ok(atMs > points[i]!.atMs);
    assert.equal(values.privateBytes, 80 * MiB, 'the lowest of its neighbours');
  }
});

test('trends of days are judged as ever', () => {
  const outcomes = (leak: number) => judgeTrends(soak(5, leak).points).map(({ outcome }) => outcome);
  assert.deepEqual(outcomes(0), ['no leak', 'no leak']);
  assert.deepEqual(outcomes(10_240), ['leak', 'no leak']);
});
