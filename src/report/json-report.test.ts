import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallComparison, smallReport } from '../../test/support/small-result.ts';
import { jsonReport } from './json-report.ts';

test('the shape of the JSON is what its version says', () => {
  const report = JSON.parse(jsonReport(smallReport()));
  assert.deepEqual(Object.keys(report), ['schemaVersion', 'title', 'generatedBy', 'runs', 'comparison']);
  assert.equal(report.schemaVersion, 1);
  assert.equal(report.comparison, null);
  const [run] = report.runs;
  assert.deepEqual(Object.keys(run), [
    ...[
      'name',
      'source',
      'tool',
      'url',
      'startedAt',
      'notes',
      'durationMs',
      'verdict',
      'figures',
      'latencies',
    ],
    ...['ends', 'facts', 'proof', 'faults', 'notMeasured', 'complete', 'samples', 'latencyCurve'],
  ]);
  assert.deepEqual(run.figures.lost, { value: 1, unit: 'count' });
  assert.deepEqual(run.ends, { own: 9, reset: 1 });
  assert.deepEqual(run.latencyCurve[0], { share: 0.5, us: 10_007 });
  assert.equal(run.facts['option token'], 'redacted');
});

test('a comparison names its peers and gives every spread', () => {
  const { comparison } = JSON.parse(jsonReport(smallComparison()));
  assert.deepEqual(comparison.peers[1], { name: 'theirs', runs: ['theirs, round 1', 'theirs, round 2'] });
  const p99 = comparison.figures.find((figure: { id: string }) => figure.id === 'latencyP99');
  assert.deepEqual(p99.peers[1].ratio, { median: 2.5, min: 2, max: 3 });
  assert.equal(p99.peers[0].ratio, null);
});
