import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LatencyHistogram } from '../statistics/histogram.ts';
import type { GeneratorSample } from './messages.ts';
import { LIMITED_ABOVE_US, RunTotals, sumLedgers } from './run-totals.ts';
import { Tallies } from './tallies.ts';

const own = { cpuUs: 5, privateBytes: 1000, loopDelayP99Us: 0, loopDelayMaxUs: 0 };

function sampleOf(tallies: Tallies, changes: Partial<GeneratorSample> = {}): GeneratorSample {
  return {
    ...tallies.take(),
    ...own,
    streamsUp: 0,
    streamsGone: 0,
    missing: 0,
    repeatedTotal: 0,
    outOfOrderTotal: 0,
    wantedStreamSeconds: 0,
    freshStreamSeconds: 0,
    ...changes,
  };
}

/** One thing that happened, in some process and some interval. */
const happening = fc.record({
  process: fc.nat(2),
  interval: fc.nat(3),
  us: fc.integer({ min: 1, max: 100_000_000 }),
  end: fc.constantFrom('reset', 'complete', undefined),
});

test('however what happened is split over processes and intervals, the summary is the same', () => {
  const summaryOf = (
    happenings: readonly {
      process: number;
      interval: number;
      us: number;
      end: 'reset' | 'complete' | undefined;
    }[],
  ) => {
    const totals = new RunTotals(10);
    for (let interval = 0; interval < 4; interval++) {
      const processes = [new Tallies(), new Tallies(), new Tallies()];
      for (const { process, us, end } of happenings.filter((one) => one.interval === interval)) {
        const tallies = processes[process]!;
        tallies.delivered++;
        tallies.record('latency', us);
        if (end === undefined) continue;
        tallies.countEnd(end, 'x');
        tallies.reconnects++;
        tallies.record('reconnect', us * 2);
      }
      totals.add(
        interval * 1000,
        processes.map((tallies) => sampleOf(tallies)),
        undefined,
        own,
        undefined,
      );
    }
    const { latency, reconnect, ends, deliveredTotal, reconnectsTotal } = totals.summary(
      4000,
      false,
      undefined,
    );
    return { latency, reconnect, ends, deliveredTotal, reconnectsTotal };
  };
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (split) => {
      const inOne = split.map((one) => ({ ...one, process: 0, interval: 0 }));
      assert.deepEqual(summaryOf(split), summaryOf(inOne));
      assert.equal(summaryOf(split).latency?.count ?? 0, split.length);
    }),
    { numRuns: 30 },
  );
});

test('a sample has the figures of its own interval, and totals where it says so', () => {
  const totals = new RunTotals(10);
  const tallies = new Tallies();
  tallies.delivered = 2;
  tallies.record('latency', 1000);
  tallies.record('heartbeatGap', 1000);
  totals.add(1000, [sampleOf(tallies, { streamsUp: 4, repeatedTotal: 3 })], undefined, own, undefined);
  tallies.delivered = 1;
  tallies.record('latency', 9000);
  tallies.record('heartbeatGap', 15_000_000);
  const other = sampleOf(new Tallies(), { streamsUp: 5, repeatedTotal: 1 });
  const record = totals.add(
    2000,
    [sampleOf(tallies, { streamsUp: 4, repeatedTotal: 3 }), other],
    undefined,
    own,
    undefined,
  );
  assert.equal(record.heartbeatGap?.maxUs, 15_000_000 - (15_000_000 % 8192) + 8191);
  assert.equal(LatencyHistogram.decode(record.heartbeatGapHistogram!).count, 1);
  assert.equal(record.delivered, 1);
  assert.equal(record.latency?.count, 1);
  assert.equal(LatencyHistogram.decode(record.latencyHistogram!).count, 1);
  assert.equal(record.streamsUp, 9);
  assert.equal(record.repeatedTotal, 4);
  assert.equal(record.generator.cpuUs, 15);
  const summary = totals.summary(2000, true, undefined);
  assert.equal(summary.streamsPeak, 9);
  assert.equal(summary.latency?.count, 2);
  assert.equal(summary.heartbeatGap?.count, 2);
  assert.equal(LatencyHistogram.decode(summary.histograms!.heartbeatGap!).count, 2);
  assert.equal(summary.interrupted, true);
});

test('an interval is limited by the server where publishes were held, and not where our own stall explains it', () => {
  const totals = new RunTotals(1);
  const add = (heldUs: number, loopDelayMaxUs: number) =>
    totals.add(
      1000,
      [],
      {
        ...own,
        ...{ loopDelayMaxUs, heldUs, published: 0, errors: 0, unknown: 2, unanswered: 0, latestSendUs: 0 },
        ...{
          publishedByTopic: [],
          waived: [],
          isDone: false,
          errorsByReason: { 'answered with status 500': 3 },
        },
      },
      own,
      undefined,
    );
  assert.equal(add(LIMITED_ABOVE_US, 0).limitedByServer, undefined);
  const held = add(LIMITED_ABOVE_US + 1, 0);
  assert.equal(held.limitedByServer, true);
  assert.equal(held.generator.limited, false, 'its latencies are the server\u2019s own');
  assert.equal(add(200_000, 190_000).limitedByServer, undefined);
  const summary = totals.summary(0, false, undefined);
  assert.equal(summary.limitedByServerIntervals, 1);
  assert.equal(summary.publishUnknownTotal, 2);
  assert.deepEqual(summary.publishErrorsByReason, { 'answered with status 500': 3 });
});

test('CPU an event is of the time after the ramp, of server and generator', () => {
  const totals = new RunTotals(1);
  const add = (atMs: number, cpuUs: number, delivered: number) => {
    const server = { cpuUs: cpuUs * 2, privateBytes: 1, fileBytes: 0, processes: 1 };
    const unknown = { kernelSocketBytes: undefined, openFiles: undefined };
    const tallies = new Tallies();
    tallies.delivered = delivered;
    const sample = sampleOf(tallies, { cpuUs });
    totals.add(atMs, [sample], undefined, { ...own, cpuUs: 0 }, { ...server, ...unknown });
  };
  add(1000, 500_000, 10);
  const inRamp = totals.summary(1000, true, undefined);
  assert.deepEqual([inRamp.steadyFromMs, inRamp.generator.cpuUsPerEvent], [undefined, undefined]);
  totals.beginSteady(1000);
  assert.equal(totals.summary(1000, true, undefined).generator.cpuUsPerEvent, undefined);
  add(2000, 200, 100);
  const summary = totals.summary(2000, false, undefined);
  assert.equal(summary.steadyFromMs, 1000);
  assert.equal(summary.generator.cpuUsPerEvent, 2);
  assert.equal(summary.server?.cpuUsPerEvent, 4);
  assert.equal(summary.generator.cpuUs, 500_200);
});

test('what was published is told by interval, from counts that only grow', () => {
  const totals = new RunTotals(1);
  const counts = (published: number, errors: number) => ({
    ...own,
    published,
    errors,
    publishedByTopic: [published],
    unanswered: 0,
    unknown: 0,
    latestSendUs: 0,
    heldUs: 0,
    waived: [],
    errorsByReason: {},
    isDone: false,
  });
  const first = totals.add(1000, [], counts(5, 1), own, undefined);
  const second = totals.add(2000, [], counts(12, 1), own, undefined);
  assert.deepEqual([first.published, first.publishErrors], [5, 1]);
  assert.deepEqual([second.published, second.publishErrors], [7, 0]);
  const { publishedTotal, publishErrorsTotal } = totals.summary(2000, false, undefined);
  assert.deepEqual([publishedTotal, publishErrorsTotal], [12, 1]);
});

test('an interval in which any process was late is limited by the generator', () => {
  const totals = new RunTotals(1);
  const add = (loopDelayMaxUs: number) =>
    totals.add(
      0,
      [sampleOf(new Tallies()), sampleOf(new Tallies(), { loopDelayMaxUs })],
      undefined,
      own,
      undefined,
    );
  assert.equal(add(LIMITED_ABOVE_US).generator.limited, false);
  assert.equal(add(LIMITED_ABOVE_US + 1).generator.limited, true);
  assert.equal(totals.summary(0, false, undefined).limitedIntervals, 1);
});

test('what no event stands behind has no figure', () => {
  const summary = new RunTotals(1).summary(0, false, undefined);
  assert.equal(summary.latency, undefined);
  assert.equal(summary.latencyHistogram, undefined);
  assert.equal(summary.generator.cpuUsPerEvent, undefined);
  assert.equal(summary.generator.privateBytesPerStream, undefined);
  assert.equal(summary.server, undefined);
});

test('ledgers add up, and one that is inexact makes all so', () => {
  const ledger = {
    expected: 10,
    delivered: 7,
    lost: 3,
    repeated: 2,
    outOfOrder: 1,
    late: 1,
    unowed: 0,
    unclear: 0,
    exact: true,
    resumedReconnects: 4,
    lossyReconnects: 5,
  };
  const sum = sumLedgers([ledger, ledger], 0);
  assert.deepEqual(sum, {
    expected: 20,
    delivered: 14,
    lost: 6,
    repeated: 4,
    outOfOrder: 2,
    late: 2,
    exact: true,
    resumedReconnects: 8,
    lossyReconnects: 10,
  });
  assert.equal(sumLedgers([ledger, { ...ledger, exact: false }], 0).exact, false);
  assert.equal(sumLedgers([ledger], 1).exact, false);
});

test('the first end of each kind is kept in words', () => {
  const totals = new RunTotals(1);
  const tallies = new Tallies();
  for (const [kind, detail] of [
    ['refused', 'status 503'],
    ['reset', 'ECONNRESET'],
    ['refused', 'status 500'],
  ] as const) {
    tallies.countEnd(kind, detail);
    totals.add(0, [sampleOf(tallies)], undefined, own, undefined);
  }
  assert.deepEqual(totals.endExamples, { refused: 'status 503', reset: 'ECONNRESET' });
});
