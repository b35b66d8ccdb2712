import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLines, runLine, sampleLine } from '../../test/support/small-result.ts';
import { plotData } from './plot-data.ts';
import { reportDocument } from './report-document.ts';

test('CPU an event has no points where hardly an event came: they would hide all others', () => {
  const samples = [10_000, 8000, 10, 0].map((delivered, i) => ({
    ...sampleLine,
    ...{ atMs: (i + 1) * 1000, delivered, server: { cpuUs: 40_000 } },
  }));
  const [run] = plotData(reportDocument([readLines([runLine, ...samples])], '0.1.0')).runs;
  assert.deepEqual(run!.series.serverUsPerEvent, [4, 5, null, null]);
  assert.deepEqual(run!.series.delivered, [10_000, 8000, 10, 0]);
});
