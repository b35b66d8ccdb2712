import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { intendedUs } from '../pacing/pacer.ts';
import { burst, constant, type Schedule } from '../pacing/schedule.ts';
import type { LossBlocks, Outcome } from '../result.ts';
import { parseObjectives } from '../verdict/parse-objectives.ts';
import { VerdictCollector } from '../verdict/verdict.ts';
import { Ledger } from './ledger.ts';
import { sumLosses } from './loss-blocks.ts';
import { PublishTimes } from './publish-times.ts';

const START_US = 1_000_000_000;
const SECOND = 1_000_000;

interface Run {
  readonly schedule: Schedule;
  readonly seconds: number;
  readonly streams: number;
  readonly processes?: number;
  /** Whether the server loses the event that was due at this second for this stream. */
  readonly loses: (second: number, stream: number) => boolean;
}

/** A run of one topic without sockets and clock: what each process saw, and what they make of it together. */
function runOf({ schedule, seconds, streams, processes = 1, loses }: Run) {
  const published = [schedule.countAt(seconds * 1000)];
  const span = { startUs: START_US, endUs: START_US + seconds * SECOND };
  const all = Array.from({ length: processes }, () => ({ ledger: new Ledger(), times: new PublishTimes() }));
  for (let stream = 0; stream < streams; stream++) all[stream % processes]!.ledger.expectFrom(stream, 0, 1);
  for (let seq = 1; seq <= published[0]!; seq++) {
    const sentUs = intendedUs(schedule, START_US, seq);
    for (let stream = 0; stream < streams; stream++) {
      if (loses((sentUs - START_US) / SECOND, stream)) continue;
      const { ledger, times } = all[stream % processes]!;
      times.note(0, seq, sentUs);
      ledger.received(stream, 0, seq);
    }
  }
  const times = new PublishTimes();
  for (const process of all) times.add(process.times.known());
  const counts = all.map(({ ledger }) =>
    ledger.blockCounts(published, (topic) => times.rangesOf(topic, published[topic]!, span)),
  );
  const totals = all.map(({ ledger }) => ledger.totals(published));
  const expected = totals.reduce((sum, one) => sum + one.expected, 0);
  const lost = totals.reduce((sum, one) => sum + one.lost, 0);
  return { expected, lost, losses: sumLosses(counts, times.blockUs, START_US) };
}

function verdictOn(run: ReturnType<typeof runOf>, slo: string): Outcome {
  const none = { repeated: 0, outOfOrder: 0, late: 0, resumedReconnects: 0, lossyReconnects: 0 };
  const { expected, lost, losses } = run;
  const ledger = { expected, lost, losses, delivered: expected - lost, exact: true, ...none };
  const collector = new VerdictCollector(parseObjectives(slo), 1000);
  return collector.conclude({ ledger } as Parameters<VerdictCollector['conclude']>[0]).outcome;
}

const lossySeconds = ({ lossy }: LossBlocks) => lossy.map(({ atMs }) => atMs / 1000);

test('two bursts of losses 30 s apart are two clusters, and the verdict is by their interval', () => {
  const run = runOf({
    schedule: constant(100),
    seconds: 600,
    streams: 5,
    loses: (second) => (second > 102 && second <= 104) || (second > 132 && second <= 134),
  });
  assert.equal(run.lost, 2 * 200 * 5);
  assert.deepEqual(run.losses, {
    blockMs: 10_000,
    blocks: 61,
    lossy: [
      { atMs: 100_000, expected: 5000, lost: 1000 },
      { atMs: 130_000, expected: 5000, lost: 1000 },
    ],
  });
  // 99.33 % came. By single deliveries, 99 % would be proven to hold; two faults in 61 blocks do not prove it.
  assert.equal(verdictOn(run, 'delivery>=97%'), 'pass');
  assert.equal(verdictOn(run, 'delivery>=99%'), 'not proven');
  assert.equal(verdictOn(run, 'delivery>=99.99%'), 'fail');
});

test('what is lost evenly fails, and what one of two processes lost is placed by what the other saw', () => {
  const evenly = runOf({
    schedule: constant(100),
    seconds: 600,
    streams: 4,
    loses: (second, stream) => stream === 0 && Math.round(second * 100) % 50 === 0,
  });
  assert.equal(verdictOn(evenly, 'delivery>=99.99%'), 'fail');
  const outage = runOf({
    schedule: burst(1000, 10_000),
    seconds: 100,
    streams: 4,
    processes: 2,
    loses: (second, stream) => stream % 2 === 0 && second >= 30 && second < 60,
  });
  assert.deepEqual(lossySeconds(outage.losses!), [30, 40, 50]);
  assert.ok(outage.losses!.lossy.every(({ expected, lost }) => expected === 4000 && lost === 2000));
});

test('what nobody got is placed between what came, also at the end and when nothing came at all', () => {
  const run = (loses: Run['loses']) =>
    runOf({ schedule: constant(100), seconds: 100, streams: 2, loses }).losses!;
  assert.deepEqual(lossySeconds(run((second) => second > 35 && second <= 55)), [30, 40, 50]);
  assert.deepEqual(
    run((second) => second > 35 && second <= 55).lossy.map(({ lost }) => lost),
    // An event at 50 s sharp is of the block that begins then.
    [998, 2000, 1002],
  );
  assert.deepEqual(lossySeconds(run((second) => second > 85)), [80, 90]);
  assert.equal(run(() => true).lossy.length, 10);
});

test('however losses lie, blocks add up to what the ledger says', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(59), fc.nat(3), fc.integer({ min: 1, max: 3 })), { maxLength: 12 }),
      fc.integer({ min: 1, max: 3 }),
      (bursts, processes) => {
        const { expected, lost, losses } = runOf({
          ...{ schedule: constant(20), seconds: 60, streams: 4, processes },
          loses: (second, stream) =>
            bursts.some(
              ([from, whose, length]) => whose === stream && second > from && second <= from + length,
            ),
        });
        assert.equal(
          losses!.lossy.reduce((sum, block) => sum + block.lost, 0),
          lost,
        );
        assert.ok(losses!.lossy.reduce((sum, block) => sum + block.expected, 0) <= expected);
        for (const block of losses!.lossy) assert.ok(block.lost <= block.expected);
      },
    ),
    { numRuns: 100 },
  );
});

test('a long run has longer blocks, and not more of them than its bound', () => {
  const times = new PublishTimes();
  const days = 3;
  for (let second = 0; second < days * 86_400; second += 5) times.note(0, second / 5 + 1, second * SECOND);
  assert.equal(times.blockUs, 80 * SECOND);
  const count = (days * 86_400) / 5;
  const ranges = times.rangesOf(0, count, { startUs: 0, endUs: days * 86_400 * SECOND });
  assert.equal(ranges.length, (days * 86_400) / 80);
  assert.ok(ranges.every(({ from, to }, i) => from === (ranges[i - 1]?.to ?? 0) + 1 && to - from === 15));
});

test('processes whose blocks differ in length are merged by the longer one', () => {
  const times = new PublishTimes();
  for (const seq of [1, 2, 3]) times.note(0, seq, seq * 10 * SECOND);
  times.add({ blockUs: 40 * SECOND, points: [[0, 4, 40 * SECOND]] });
  assert.equal(times.blockUs, 40 * SECOND);
  assert.deepEqual(times.rangesOf(0, 4, { startUs: 0, endUs: 50 * SECOND }), [
    { block: 0, from: 1, to: 3 },
    { block: 1, from: 4, to: 4 },
  ]);
});

test('a ledger that has forgotten holes does not say where its losses were', () => {
  const ledger = new Ledger({ maxRangesPerPair: 1 });
  for (const seq of [1, 3, 5]) ledger.received(0, 0, seq);
  const blocks = ledger.blockCounts([5], () => [{ block: 0, from: 1, to: 5 }]);
  assert.equal(blocks, undefined);
  assert.equal(sumLosses([[], blocks], 10, 0), undefined);
});

test('what was waived is neither owed nor lost in any block, wherever it lies', () => {
  const ranges = [
    { block: 0, from: 1, to: 10 },
    { block: 1, from: 11, to: 20 },
    { block: 2, from: 21, to: 30 },
  ];
  const ledger = new Ledger();
  for (const stream of [0, 1]) ledger.expectFrom(stream, 0, 1);
  // Before what follows has come, after that, and above the highest; 13 and 25 are lost.
  ledger.waive(0, 3, 4);
  for (const seq of [1, 2, 5, 6, 7, 8, 9, 10, 11, 14]) ledger.received(0, 0, seq);
  ledger.waive(0, 12, 12);
  ledger.waive(0, 15, 24);
  for (let seq = 26; seq <= 30; seq++) ledger.received(0, 0, seq);
  const blocks = ledger.blockCounts([30], () => ranges);
  assert.deepEqual(
    blocks?.toSorted((a, b) => a.block - b.block),
    [
      // The second stream got nothing.
      { block: 0, expected: 16, lost: 8 },
      { block: 1, expected: 6, lost: 1 + 3 },
      { block: 2, expected: 12, lost: 1 + 6 },
    ],
  );
  const all = new Ledger();
  all.expectFrom(0, 0, 1);
  all.waive(0, 11, 20);
  assert.deepEqual(
    all.blockCounts([30], () => ranges)?.map(({ block }) => block),
    [0, 2],
    'where nothing is owed there is no block',
  );
});

test('however events come, are lost and waived, blocks add up to what the ledger owes and has lost', () => {
  const ranges = Array.from({ length: 10 }, (_, block) => ({
    block,
    from: block * 10 + 1,
    to: block * 10 + 10,
  }));
  const stretch = fc.tuple(fc.integer({ min: 1, max: 100 }), fc.nat(12));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('came', 'waived'), stretch), { maxLength: 40 }),
      (steps) => {
        const ledger = new Ledger();
        ledger.expectFrom(0, 0, 1);
        const waived = new Set<number>();
        const came = new Set<number>();
        for (const [what, [from, more]] of steps) {
          const seqs = Array.from({ length: Math.min(more, 100 - from) + 1 }, (_, i) => from + i);
          if (what === 'waived') {
            // Those that came all the same are owed without a place, so they are left out here.
            for (const seq of seqs.filter((seq) => !came.has(seq))) {
              ledger.waive(0, seq, seq);
              waived.add(seq);
            }
          } else
            for (const seq of seqs.filter((seq) => !waived.has(seq))) {
              ledger.received(0, 0, seq);
              came.add(seq);
            }
        }
        const sum = (of: 'expected' | 'lost') =>
          ledger.blockCounts([100], () => ranges)!.reduce((total, block) => total + block[of], 0);
        const { expected, lost } = ledger.totals([100]);
        assert.deepEqual([sum('expected'), sum('lost')], [expected, lost]);
      },
    ),
  );
});
