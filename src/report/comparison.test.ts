import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  readLines,
  runLine,
  sampleLine,
  smallComparison,
  smallRun,
  summaryLine,
} from '../../test/support/small-result.ts';
import { reportDocument } from './report-document.ts';

test('a ratio is taken round by round, and its median and spread are told', () => {
  const { comparison, sections } = smallComparison();
  assert.deepEqual(
    sections.map((section) => section.name),
    ['ours, round 1', 'theirs, round 1', 'ours, round 2', 'theirs, round 2'],
  );
  const p99 = comparison!.rows.find((row) => row.id === 'latencyP99')!;
  assert.equal(p99.better, 'less');
  assert.equal(p99.cells[0]!.ratio, undefined);
  assert.deepEqual(p99.cells[1], {
    value: { median: 250_000, min: 200_000, max: 300_000 },
    ratio: { median: 2.5, min: 2, max: 3 },
  });
  // Nothing is divided by the 0 of the first peer.
  const repeated = comparison!.rows.find((row) => row.id === 'repeated')!;
  assert.equal(repeated.cells[1]!.ratio, undefined);
});

test('runs without names are rounds of one peer when their URL is the same', () => {
  const other = [{ ...runLine, url: 'http://other.test/events' }, sampleLine, summaryLine];
  const { peers } = reportDocument([readLines(smallRun), readLines(other), readLines(smallRun)], '0.1.0');
  assert.deepEqual(peers, [
    { name: 'hub.test/stream', rounds: [0, 2] },
    { name: 'other.test/events', rounds: [1] },
  ]);
});

test('a round without a counterpart is said, not paired with another', () => {
  const { comparison } = reportDocument(
    [readLines(smallRun, 'a'), readLines(smallRun, 'b'), readLines(smallRun, 'b')],
    '0.1.0',
  );
  assert.match(comparison!.notes[0]!, /1, 2 rounds/);
});
