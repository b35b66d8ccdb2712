import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunTotals } from '../load/generator/run-totals.ts';
import { Tallies } from '../load/generator/tallies.ts';
import type { LedgerFigures, LossBlocks, SampleRecord, SummaryRecord } from '../load/result.ts';
import { parseObjectives } from '../load/verdict/parse-objectives.ts';
import { WholeRun } from './whole-run.ts';

const own = { cpuUs: 0, privateBytes: 0, loopDelayP99Us: 0, loopDelayMaxUs: 0 };
const counts = { streamsUp: 1, streamsGone: 0, missing: 0, repeatedTotal: 0, outOfOrderTotal: 0 };

/** A minute in which each second 100 events took `us`, and one connect as long. */
function partOf(us: number, ledger: LedgerFigures): { samples: SampleRecord[]; summary: SummaryRecord } {
  const totals = new RunTotals(1);
  const samples = Array.from({ length: 60 }, (_, second) => {
    const tallies = new Tallies();
    tallies.delivered = 100;
    for (let i = 0; i < 100; i++) tallies.record('latency', us);
    tallies.record('connect', us);
    const seconds = { wantedStreamSeconds: 1, freshStreamSeconds: 1 };
    const sample = { ...tallies.take(), ...own, ...counts, ...seconds };
    return totals.add((second + 1) * 1000, [sample], undefined, own, undefined);
  });
  return { samples, summary: totals.summary(60_000, false, ledger) };
}

function ledgerOf(lost: number, losses?: LossBlocks): LedgerFigures {
  const none = { repeated: 0, outOfOrder: 0, late: 0, resumedReconnects: 1, lossyReconnects: 0 };
  return { expected: 6000, delivered: 6000 - lost, lost, exact: true, losses, ...none };
}

function wholeOf(slo: string, isCutOff: boolean, before = ledgerOf(0), after = ledgerOf(0)): SummaryRecord {
  const first = partOf(900_000, before);
  const rest = partOf(1000, after);
  const doneMs = 60_000;
  const whole = new WholeRun({ objectives: parseObjectives(slo), sampleMs: 1000 });
  for (const sample of first.samples) whole.addEarlier(sample);
  if (!isCutOff) whole.endEarlier(first.summary);
  for (const sample of rest.samples) whole.add({ ...sample, atMs: sample.atMs + doneMs });
  return whole.conclude(rest.summary);
}

test('objectives are judged over all parts, also when the first was cut off', () => {
  for (const isCutOff of [true, false]) {
    const whole = wholeOf('latency.p99<=500ms,connect.p90<=500ms,availability>=70%', isCutOff);
    assert.deepEqual(
      whole.verdict?.checks.map(({ outcome }) => outcome),
      ['fail', 'fail', 'pass'],
    );
    assert.equal(whole.latency?.count, 12_000);
    assert.equal(whole.connect?.count, 120);
    assert.equal(whole.durationMs, 120_000);
  }
});

test('ledgers add up where each part ended with one, and are inexact where one was cut off', () => {
  const block = { atMs: 20_000, expected: 1000, lost: 100 };
  const losses = { blockMs: 10_000, blocks: 6, lossy: [block] };
  const whole = wholeOf('delivery>=90%', false, ledgerOf(100, losses), ledgerOf(100, losses)).ledger!;
  assert.deepEqual(
    [whole.expected, whole.lost, whole.resumedReconnects, whole.exact],
    [12_000, 200, 2, true],
  );
  assert.deepEqual(whole.losses, {
    blockMs: 10_000,
    blocks: 12,
    lossy: [block, { ...block, atMs: 80_000 }],
  });
  assert.deepEqual(wholeOf('delivery>=90%', false, ledgerOf(0), ledgerOf(100, losses)).ledger?.losses, {
    blockMs: 10_000,
    blocks: 12,
    lossy: [{ ...block, atMs: 80_000 }],
  });
  assert.equal(wholeOf('delivery>=90%', false, ledgerOf(9), ledgerOf(100, losses)).ledger?.losses, undefined);
  const cut = wholeOf('delivery>=90%', true, ledgerOf(0), ledgerOf(0));
  assert.equal(cut.ledger?.exact, false);
  assert.equal(cut.verdict?.outcome, 'not proven');
});

test('a part that was killed after one that had ended well takes the ledger of both along', () => {
  const first = partOf(1000, ledgerOf(0));
  const whole = new WholeRun({ objectives: parseObjectives('delivery>=90%'), sampleMs: 1000 });
  for (const sample of first.samples) whole.addEarlier(sample);
  whole.endEarlier(first.summary);
  whole.addEarlier({ ...first.samples[0]!, atMs: 61_000 });
  const { ledger, verdict, durationMs } = whole.conclude(first.summary);
  assert.equal(ledger?.exact, false);
  assert.equal(verdict?.outcome, 'not proven');
  assert.equal(durationMs, 121_000);
});

test('what was asked of the server is of all parts: CPU, sockets, heap, and publishes it held or did not take', () => {
  const server = (cpuUs: number, privateBytes: number) => ({
    ...{
      cpuUs,
      privateBytes,
      fileBytes: 0,
      processes: 1,
      kernelSocketBytes: undefined,
      openFiles: undefined,
    },
  });
  const { samples, summary } = partOf(1000, ledgerOf(0));
  const sample: SampleRecord = {
    ...samples[0]!,
    ...{ publishErrors: 3, limitedByServer: true, runtime: { heapUsedBytes: 9, gcUs: 1 } },
    server: { ...server(10, 500), socketStates: { established: 7, 'close-wait': 1 } },
  };
  const ended: SummaryRecord = {
    ...summary,
    ...{ publishErrorsTotal: 3, publishUnknownTotal: 1, limitedByServerIntervals: 1 },
    publishErrorsByReason: { 'answered with status 500': 2, 'not answered in time': 1 },
  };
  const rest: SummaryRecord = {
    ...{ ...ended, runtime: { heapUsedBytes: 4, gcUs: 2 } },
    server: {
      ...{ ...server(5, 100), cpuUsPerEvent: 2, privateBytesPerStream: 3 },
      socketPeaks: { established: 9, 'time-wait': 2 },
    },
  };
  const wholeOf = (end?: SummaryRecord) => {
    const whole = new WholeRun({ objectives: [], sampleMs: 1000 });
    whole.addEarlier(sample);
    if (end !== undefined) whole.endEarlier(end);
    return whole.conclude(rest);
  };
  const whole = wholeOf(ended);
  assert.equal(whole.verdict, undefined);
  assert.deepEqual([whole.server?.cpuUs, whole.server?.privateBytes], [15, 500]);
  assert.deepEqual(whole.server?.socketPeaks, { established: 9, 'close-wait': 1, 'time-wait': 2 });
  assert.deepEqual([whole.runtime?.heapUsedBytes, whole.runtime?.gcUs], [9, 3]);
  assert.equal(whole.publishUnknownTotal, 2);
  assert.equal(whole.limitedByServerIntervals, 2);
  assert.deepEqual(whole.publishErrorsByReason, {
    'answered with status 500': 4,
    'not answered in time': 2,
  });
  const afterKill = wholeOf();
  assert.equal(afterKill.publishUnknownTotal, undefined, 'not known of the part that was killed');
  assert.deepEqual(afterKill.publishErrorsByReason, {
    'in a part that was killed': 3,
    'answered with status 500': 2,
    'not answered in time': 1,
  });
});
