import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SampleRecord } from '../load/result.ts';
import { LatencyHistogram } from '../load/statistics/histogram.ts';
import { availabilityOf, yearFigure } from './availability.ts';
import type { HistoryReport } from './check-history.ts';
import { type ProofFacts, percent, proofOf, proofRows, recoveryOf } from './proof.ts';
import { readScenario } from './read-scenario.ts';

/** A second of 100 streams of which some are not there. */
function second(atS: number, missing: number, reconnectsUs: readonly number[] = []): SampleRecord {
  const histogram = new LatencyHistogram();
  for (const us of reconnectsUs) histogram.record(us);
  return {
    atMs: atS * 1000,
    streamsUp: 100 - missing,
    streamsWanted: 100,
    wantedStreamSeconds: 100,
    freshStreamSeconds: 100 - missing,
    reconnectHistogram: reconnectsUs.length === 0 ? undefined : histogram.encode(),
  } as unknown as SampleRecord;
}

const samples = [
  second(1, 0),
  second(2, 1),
  ...[3, 4].map((at) => second(at, 50)),
  second(5, 0, [1_500_000, 2_000_000]),
  second(6, 100),
  second(7, 0, [900_000]),
];
const faults = [
  { name: 'kill', atMs: 2000 },
  { name: 'kill', atMs: 5000 },
];

test('what is lost belongs to the fault before it, and to none before the first', () => {
  const availability = availabilityOf(samples, faults, 0);
  assert.deepEqual(
    [availability.wantedStreamSeconds, availability.lostStreamSeconds, availability.lostBefore],
    [700, 201, 1],
  );
  const [kill] = availability.faults;
  assert.deepEqual([kill!.occurrences, kill!.lostStreamSeconds, kill!.secondsEach], [2, 200, 1]);
  // Both cost exactly a second a stream: no spread.
  assert.deepEqual(kill!.secondsInterval, [1, 1]);
  assert.equal(Math.round(availability.share * 1e6), Math.round((1 - 201 / 700) * 1e6));
});

test('the figure of a year is the arithmetic that it shows', () => {
  const year = yearFigure(availabilityOf(samples, faults, 0), 2);
  assert.equal(year.share, 1 - 2 / 86_400);
  assert.equal(year.because, '1 - 2 x (kill 1 s) / 86400 s');
  assert.deepEqual(year.interval, [1 - 2 / 86_400, 1 - 2 / 86_400]);
  const once = availabilityOf(samples, [{ name: 'kill', atMs: 2000 }], 0);
  assert.equal(once.faults[0]!.secondsInterval, undefined);
  assert.equal(yearFigure(once, 1).interval, undefined);
});

test('the interval is that of Student for few occurrences', () => {
  const costs = [10, 20, 30].map((missing, i) => second(i * 2 + 2, missing));
  const spans = [1, 3, 5].map((at) => ({ name: 'cut', atMs: at * 1000 }));
  const [low, high] = availabilityOf(costs, spans, 0).faults[0]!.secondsInterval!;
  // Mean 0.2, standard deviation 0.1, t of 2 degrees 4.303.
  assert.ok(Math.abs(low - Math.max(0, 0.2 - (4.303 * 0.1) / Math.sqrt(3))) < 1e-9);
  assert.ok(Math.abs(high - (0.2 + (4.303 * 0.1) / Math.sqrt(3))) < 1e-9);
});

const scenario = readScenario(
  `name: mine
summary: what it is
hub: {}
streams: { count: 100 }
traffic: {}
duration: 10s
hold: { recovery: 3s, availability: 50% }
`,
  'mine.yaml',
);
const history: HistoryReport = {
  streams: 100,
  owed: 1000,
  seen: 1000,
  told: 0,
  unknown: 2,
  unknownSeen: 1,
  gaps: 0,
  violations: [],
  isWhole: true,
};
const facts: ProofFacts = {
  scenario,
  samples,
  history,
  faults: [],
  faultsPlanned: 0,
  availability: availabilityOf(samples, faults, 0),
  interrupted: false,
  unexpectedEnd: undefined,
};
const outcomes = (changes: Partial<ProofFacts>) => {
  const { outcome, checks } = proofOf({ ...facts, ...changes });
  return [outcome, ...checks.map((check) => check.outcome)];
};

test('what held passes, and says by which numbers', () => {
  assert.deepEqual(outcomes({}), ['pass', 'pass', 'pass', 'pass', 'pass', 'pass']);
  const text = proofOf(facts)
    .checks.map(({ because }) => because)
    .join('\n');
  assert.match(
    text,
    /1,000 owed to 100 streams, 1,000 seen; violations 0; of 2 publishes without an answer 1 were taken/,
  );
  assert.match(text, /1 - 201 \/ 700 stream-seconds = 71\.29 %/);
  assert.match(text, /p99 2\.00 s of 3 reconnects/);
});

test('each thing that does not hold fails or is not proven', () => {
  const lost = { kind: 'lost' as const, count: 1, streams: 1, examples: ['event 3'] };
  assert.deepEqual(outcomes({ history: { ...history, violations: [lost] } }).slice(0, 2), ['fail', 'fail']);
  assert.deepEqual(outcomes({ history: { ...history, told: 3 } }).slice(0, 2), ['fail', 'fail']);
  assert.equal(outcomes({ history: undefined })[1], 'not proven');
  assert.equal(outcomes({ history: { ...history, isWhole: false } })[1], 'not proven');
  assert.equal(outcomes({ history: { ...history, owed: 0 } })[1], 'not proven');
  assert.equal(outcomes({ interrupted: true })[1], 'not proven');
  const unmade = { kind: 'fault' as const, name: 'kill', atMs: 0, detail: '', problem: 'no root' };
  assert.equal(outcomes({ faults: [unmade], faultsPlanned: 1 })[2], 'not proven');
  assert.equal(outcomes({ samples: [...samples, second(8, 1)] })[3], 'fail');
  assert.equal(outcomes({ unexpectedEnd: 'it ended with 1' })[3], 'fail');
  const slow = [
    ...samples,
    second(
      8,
      0,
      Array.from({ length: 100 }, () => 5_000_000),
    ),
  ];
  assert.equal(outcomes({ samples: slow })[4], 'fail');
  assert.equal(outcomes({ samples: [second(1, 0)] })[4], 'not proven');
  const poor = { ...facts.availability, share: 0.4 };
  assert.equal(outcomes({ availability: poor })[5], 'fail');
});

test('the time to come back is of every reconnect, and none is none', () => {
  assert.equal(recoveryOf([second(1, 0)]), undefined);
  assert.equal(recoveryOf(samples)!.count, 3);
});

test('shares show as many digits as it takes to see what is missing', () => {
  assert.deepEqual([1, 0.5, 0.999, 0.99986, 0.9999987].map(percent), [
    '100 %',
    '50.00 %',
    '99.90 %',
    '99.986 %',
    '99.99987 %',
  ]);
});

test('a report has the costs with their arithmetic', () => {
  const rows = Object.fromEntries(proofRows(facts, yearFigure(facts.availability, 1)));
  assert.match(rows.availability!, /1 - 201 lost \/ 700 wanted/);
  assert.match(
    rows['one kill costs']!,
    /^1 s a stream \(1 s to 1 s at 95 %\) = 200 stream-seconds \/ 100 streams \/ 2$/,
  );
});
