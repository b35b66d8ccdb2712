import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LedgerFigures, SampleRecord, SummaryRecord, VerdictCheck } from '../result.ts';
import { LatencyHistogram } from '../statistics/histogram.ts';
import { parseObjectives } from './parse-objectives.ts';
import { exitCodeOf, VerdictCollector, verdictOf } from './verdict.ts';

function histogramOf(us: number, count: number, lateUs = 0, late = 0): string {
  const histogram = new LatencyHistogram();
  for (let i = 0; i < count; i++) histogram.record(us);
  for (let i = 0; i < late; i++) histogram.record(lateUs);
  return histogram.encode();
}

function ledger(more: Partial<LedgerFigures>): LedgerFigures {
  const none = { lost: 0, repeated: 0, outOfOrder: 0, late: 0, resumedReconnects: 0, lossyReconnects: 0 };
  return { expected: 1_000_000, delivered: 1_000_000, exact: true, ...none, ...more };
}

interface Run {
  readonly slo: string;
  readonly seconds?: number;
  readonly sample?: (second: number) => Partial<SampleRecord>;
  readonly summary?: Partial<SummaryRecord>;
}

function check({ slo, seconds = 0, sample = () => ({}), summary = {} }: Run): VerdictCheck {
  const collector = new VerdictCollector(parseObjectives(slo), 1000);
  for (let second = 1; second <= seconds; second++) {
    const usual = { atMs: second * 1000, wantedStreamSeconds: 500, freshStreamSeconds: 500 };
    collector.add({ ...usual, generator: { limited: false }, ...sample(second) } as SampleRecord);
  }
  return collector.conclude(summary as SummaryRecord).checks[0]!;
}

test('delivery: without a loss each delivery is a trial', () => {
  const lossless = (expected: number) =>
    check({ slo: 'delivery>=99.99%', summary: { ledger: ledger({ expected }) } });
  assert.equal(lossless(29_956).outcome, 'pass');
  assert.equal(lossless(29_957).outcome, 'pass');
  const short = lossless(29_955);
  assert.equal(short.outcome, 'not proven');
  assert.equal(
    short.because,
    '0 of 29,955 deliveries lost: with 95 % confidence from 99.9899 % to 100 %; 99.99 % takes 29,956 deliveries without a failure',
  );
});

test('delivery: what one fault lost is one failure, what is lost evenly is many', () => {
  const delivery = (lossy: { atMs: number; expected: number; lost: number }[]) => {
    const lost = lossy.reduce((sum, block) => sum + block.lost, 0);
    const losses = { blockMs: 10_000, blocks: 100, lossy };
    return check({ slo: 'delivery>=99.99%', summary: { ledger: ledger({ lost, losses }) } });
  };
  // 0.05 % lost: five times as much as allowed.
  const oneFault = delivery([{ atMs: 50_000, expected: 10_000, lost: 500 }]);
  assert.equal(oneFault.outcome, 'not proven');
  assert.match(
    oneFault.because,
    /in 1 of 100 blocks of 10 s; since they came together they count as 0.98 of 1,962 independent/,
  );
  const evenly = delivery(
    Array.from({ length: 100 }, (_, i) => ({ atMs: i * 10_000, expected: 10_000, lost: 5 })),
  );
  assert.equal(evenly.outcome, 'fail');
  // 0.001 % lost evenly is well within.
  const few = delivery(
    Array.from({ length: 10 }, (_, i) => ({ atMs: i * 100_000, expected: 10_000, lost: 1 })),
  );
  assert.equal(few.outcome, 'pass');
  const unknown = check({ slo: 'delivery>=99.99%', summary: { ledger: ledger({ lost: 500 }) } });
  assert.equal(unknown.outcome, 'not proven');
  assert.match(unknown.because, /counted as one fault since their times are not known/);
});

test('delivery: a count that met a bound does not pass, and without stamps nothing is known', () => {
  const bounded = check({ slo: 'delivery>=90%', summary: { ledger: ledger({ exact: false }) } });
  assert.equal(bounded.outcome, 'not proven');
  for (const summary of [{ ledger: undefined }, { ledger: ledger({ expected: 0 }) }]) {
    assert.equal(check({ slo: 'delivery>=90%', summary }).outcome, 'not proven');
  }
  const lossless = check({ slo: 'delivery>=100%', summary: { ledger: ledger({}) } });
  assert.match(lossless.because, /no number of trials proves 100 %/);
});

test('availability: a block of time is the unit, however many streams there are', () => {
  const clean = check({ slo: 'availability>=99.99%', seconds: 3600 });
  assert.equal(clean.outcome, 'not proven');
  assert.match(clean.because, /0 of 360 blocks of 10 s hit/);
  assert.match(clean.because, /takes 29,956 blocks without a failure, 3d11h12m40s$/);
  assert.equal(check({ slo: 'availability>=99%', seconds: 3600 }).outcome, 'pass');
  // All streams stale in one minute of the hour.
  const outage = (second: number) => (second > 600 && second <= 660 ? { freshStreamSeconds: 0 } : {});
  const out = check({ slo: 'availability>=99.99%', seconds: 3600, sample: outage });
  assert.equal(out.outcome, 'fail');
  assert.match(
    out.because,
    /^98.333? % of 1,800,000 stream-seconds connected and fresh, 30,000 not, 6 of 360 blocks/,
  );
  assert.equal(check({ slo: 'availability>=98%', seconds: 3600, sample: outage }).outcome, 'not proven');
  assert.equal(check({ slo: 'availability>=98%' }).outcome, 'not proven');
});

test('latency: evenly late deliveries fail, one stall does not prove how often there is one', () => {
  const latency = (sample: (second: number) => string, more: Partial<SampleRecord> = {}) =>
    check({
      slo: 'latency.p99<=500ms',
      seconds: 120,
      sample: (second) => ({ latencyHistogram: sample(second), ...more }),
      summary: { latencyHistogram: histogramOf(1000, 10) },
    });
  const good = latency(() => histogramOf(20_000, 100));
  assert.equal(good.outcome, 'pass');
  assert.match(
    good.because,
    /^p99 1 ms; 0 of 12,000 deliveries above 500 ms, in 0 of 12 blocks of 10 s: within it/,
  );
  const late = (count: number) => histogramOf(20_000, 100 - count, 900_000, count);
  assert.equal(latency(() => late(3)).outcome, 'fail');
  assert.equal(latency((second) => late(second === 50 || second === 51 ? 100 : 0)).outcome, 'not proven');
  const limited = latency(() => late(3), { generator: { limited: true } as SampleRecord['generator'] });
  assert.equal(limited.outcome, 'not proven');
  assert.match(limited.because, /only in intervals in which the generator itself was late/);
  assert.equal(latency(() => histogramOf(20_000, 1)).outcome, 'not proven');
});

test('times without samples count each value, and their maximum is of this run only', () => {
  const connect = (slo: string, histogram: string) =>
    check({ slo, summary: { histograms: { connect: histogram } } });
  assert.equal(connect('connect.p99<=1s', histogramOf(5000, 299)).outcome, 'pass');
  const few = connect('connect.p99<=1s', histogramOf(5000, 298));
  assert.equal(few.outcome, 'not proven');
  assert.match(few.because, /each counted as a trial of its own.*it takes 299$/);
  assert.equal(connect('connect.p50<=1s', histogramOf(2_000_000, 40)).outcome, 'fail');
  assert.equal(connect('connect.max<=1s', histogramOf(5000, 3)).outcome, 'pass');
  assert.equal(connect('connect.max<=1s', histogramOf(5000, 3, 1_100_000, 1)).outcome, 'fail');
  assert.equal(check({ slo: 'silence.p99<=1s' }).outcome, 'not proven');
});

test('reconnects are judged by blocks where samples tell them', () => {
  const reconnect = (second: number) => ({
    reconnectHistogram: histogramOf(100_000, 10, 9_000_000, second === 7 ? 10 : 0),
  });
  const judged = check({ slo: 'reconnect.p99<=5s', seconds: 100, sample: reconnect });
  assert.match(judged.because, /10 of 1,010 reconnects above 5 s, in 1 of 10 blocks/);
});

test('a verdict is its worst check, and only a pass ends well', () => {
  const of = (...outcomes: VerdictCheck['outcome'][]) =>
    verdictOf(outcomes.map((outcome) => ({ objective: 'x', outcome, because: '' }))).outcome;
  assert.deepEqual(
    [of(), of('pass'), of('pass', 'not proven'), of('not proven', 'fail')],
    ['pass', 'pass', 'not proven', 'fail'],
  );
  assert.deepEqual([exitCodeOf('pass'), exitCodeOf('fail'), exitCodeOf('not proven')], [0, 1, 1]);
});
