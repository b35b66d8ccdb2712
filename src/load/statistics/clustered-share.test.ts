import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clopperPearson } from './clopper-pearson.ts';
import { type Cluster, clusteredShare, studentQuantile } from './clustered-share.ts';

function blocks(count: number, trials: number, failures: (i: number) => number): Cluster[] {
  return Array.from({ length: count }, (_, i) => ({ trials, failures: failures(i) }));
}

test('without a failure every trial counts, as far as it may', () => {
  const clean = blocks(60, 1000, () => 0);
  assert.equal(clusteredShare(clean, 60_000).low, 1 - clopperPearson(0, 60_000).high);
  assert.equal(clusteredShare(clean, 60).low, 1 - clopperPearson(0, 60).high);
  assert.deepEqual([clusteredShare(clean, 60).share, clusteredShare(clean, 60).high], [1, 1]);
});

test('all failures of one block of many are one failure, whatever their number', () => {
  for (const failures of [10, 100, 1000]) {
    const share = clusteredShare(
      blocks(1000, 1000, (i) => (i === 500 ? failures : 0)),
      1e6,
    );
    assert.ok(Math.abs(share.effectiveFailures - 1) < 0.01, `${share.effectiveFailures}`);
    assert.equal(share.clustersHit, 1);
    // One event of a Poisson count: between 0.051 and 4.74 of it.
    assert.ok(Math.abs((1 - share.high) / (failures / 1e6) - 0.0513) < 0.01);
    assert.ok(Math.abs((1 - share.low) / (failures / 1e6) - 4.74) < 0.1);
  }
});

test('failures that are spread evenly stay as many as they are', () => {
  const share = clusteredShare(
    blocks(200, 1000, () => 3),
    200_000,
  );
  assert.equal(share.effectiveTrials, 200_000);
  assert.ok(Math.abs(share.effectiveFailures - 600) < 1e-6);
});

test('a lone block is one observation when something failed in it', () => {
  const share = clusteredShare([{ trials: 1000, failures: 50 }], 1000);
  assert.deepEqual([share.effectiveTrials, share.effectiveFailures], [20, 1]);
});

test('when everything failed, each block is one failure', () => {
  const share = clusteredShare(
    blocks(6, 1000, () => 1000),
    6000,
  );
  assert.deepEqual([share.share, share.low, share.effectiveTrials], [0, 0, 6]);
  assert.ok(Math.abs(share.high - (1 - 0.05 ** (1 / 6))) < 1e-9);
});

test('the limits hold the share, and clusters never narrow them', () => {
  const cluster = fc
    .tuple(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean())
    .map(([trials, part, clean]) => ({ trials, failures: clean ? 0 : Math.round(trials * part) }));
  fc.assert(
    fc.property(fc.array(cluster, { minLength: 1, maxLength: 50 }), (clusters) => {
      const trials = clusters.reduce((sum, one) => sum + one.trials, 0);
      const share = clusteredShare(clusters, trials);
      const plain = clopperPearson(share.failures, trials);
      assert.ok(share.low <= share.share + 1e-12 && share.share <= share.high + 1e-12);
      assert.ok(share.low <= 1 - plain.high + 1e-9 && share.high >= 1 - plain.low - 1e-9);
      assert.ok(share.effectiveTrials >= 1 && share.effectiveTrials <= trials);
    }),
  );
});

test('at most 8 of 100 true shares lie below the lower limit when faults hit whole blocks', () => {
  // 120 blocks, each of which fails as a whole with 2 %: trials as the unit would be wrong in nearly half of all runs.
  const trueShare = 0.98;
  let state = 12_345;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  let below = 0;
  let belowByTrials = 0;
  for (let run = 0; run < 400; run++) {
    const hit = blocks(120, 500, () => (random() < 1 - trueShare ? 500 : 0));
    const share = clusteredShare(hit, 120);
    if (share.low > trueShare) below++;
    if (1 - clopperPearson(share.failures, share.trials).high > trueShare) belowByTrials++;
  }
  // Nominal 5 %; discrete, so it may be less.
  assert.ok(below / 400 <= 0.08, `${below} of 400`);
  assert.ok(belowByTrials / 400 > 0.2, `${belowByTrials} of 400`);
});

test("Student's quantile is that of the tables", () => {
  for (const [degrees, expected] of [
    [1, 6.3138],
    [4, 2.1318],
    [30, 1.6973],
    [1e6, 1.6449],
  ] as const) {
    assert.equal(studentQuantile(degrees).toFixed(4), expected.toFixed(4));
  }
});

test('no trials are a mistake', () => {
  assert.throws(() => clusteredShare([], 1), RangeError);
});
