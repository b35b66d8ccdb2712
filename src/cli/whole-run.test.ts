import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunTotals } from '../load/generator/run-totals.ts';
import { Tallies } from '../load/generator/tallies.ts';
import type { LedgerFigures, LossBlocks, RunRecord, SampleRecord, SummaryRecord } from '../load/result.ts';
import { parseObjectives } from '../load/verdict/parse-objectives.ts';
import { wholeSummary } from './whole-run.ts';

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
  const moved = rest.samples.map((sample) => ({ ...sample, atMs: sample.atMs + doneMs }));
  const summary = isCutOff ? undefined : first.summary;
  const earlier = { run: {} as RunRecord, samples: first.samples, doneMs, summary };
  const judging = { objectives: parseObjectives(slo), sampleMs: 1000 };
  return wholeSummary(rest.summary, earlier, [...first.samples, ...moved], judging);
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
