import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { calmRun, ndjson, sampleRecords } from '../../test/support/sample-result.ts';
import { readLines, runLine, sampleLine, smallRun, summaryLine } from '../../test/support/small-result.ts';
import { plotData } from './plot-data.ts';
import { readRecord } from './record.ts';
import { reportDocument } from './report-document.ts';
import { MAX_LINE_BYTES } from './result-lines.ts';
import { ResultFileReader } from './run-result.ts';
import { MAX_POINTS } from './sample-series.ts';

describe('ResultFileReader', () => {
  it('reads every record that load writes, whatever the chunks', () => {
    const bytes = Buffer.from(ndjson(sampleRecords({ ...calmRun, seconds: 30, drawn: 50 })));
    for (const size of [97, 4096, bytes.length]) {
      const reader = new ResultFileReader('run.ndjson');
      for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
      const { runs, problems } = reader.finish();
      assert.deepEqual(problems, { count: 0, first: [] });
      assert.equal(runs[0]!.series.count, 30);
      assert.equal(runs[0]!.complete, true);
      assert.equal(runs[0]!.latency.total, runs[0]!.summary.latency!.count);
    }
  });

  it('passes over lines that cannot be used, and says which', () => {
    const foreign = [
      '{"kind":"sam',
      '[]',
      'null',
      '{"kind":"trend"}',
      '{"kind":"sample"}',
      '',
      `"${'x'.repeat(MAX_LINE_BYTES)}"`,
    ];
    const { runs, problems } = readLines([...foreign, ...smallRun]);
    assert.equal(runs[0]!.complete, true);
    assert.equal(problems.count, 6);
    assert.deepEqual(problems.first, [
      'line 1 is not JSON',
      'line 2 is no record',
      'line 3 is no record',
      'line 4 is of no known kind: "trend"',
      'line 5 is a sample without a time',
    ]);
  });

  it('adds up the samples of a file that was cut off', () => {
    const held = { ...sampleLine, atMs: 3000, ends: {}, delivered: 0, limitedByServer: true };
    const { runs } = readLines([...smallRun.slice(0, 3), held, '{"kind":"summ']);
    const { complete, summary, latency } = runs[0]!;
    assert.equal(complete, false);
    assert.equal(summary.deliveredTotal, 200);
    assert.equal(summary.durationMs, 3000);
    assert.deepEqual(summary.ends, [['reset', 2]]);
    assert.equal(summary.limitedIntervals, 1);
    assert.equal(summary.limitedByServerIntervals, 1);
    assert.equal(summary.ledger, undefined);
    assert.equal(latency.total, 300);
    assert.ok(summary.latency!.p50Us! >= 10_000 && summary.latency!.p50Us! < 10_010);
  });

  it('leaves out a sample that is not after the one before it, and a histogram that cannot be read', () => {
    const { runs, problems } = readLines([
      runLine,
      sampleLine,
      sampleLine,
      { ...sampleLine, atMs: 2000, latencyHistogram: 'AAAA' },
    ]);
    assert.equal(runs[0]!.series.count, 2);
    assert.deepEqual(problems.first, [
      'line 3 is a sample that is not after the one before it',
      'line 4 has a histogram that cannot be read',
    ]);
  });

  it('tells another run from a run that was resumed', () => {
    const resumed = readLines([runLine, sampleLine, runLine, { ...sampleLine, atMs: 9000 }, summaryLine]);
    assert.deepEqual(
      resumed.runs.map((run) => run.series.count),
      [2],
    );
    const others = readLines([...smallRun, ...smallRun, { ...runLine, run: 'run-2' }, sampleLine]);
    assert.deepEqual(
      others.runs.map((run) => run.complete),
      [true, true, false],
    );
  });

  it('holds a bounded number of points, says so, and keeps the spike', () => {
    const count = MAX_POINTS * 2 + 1;
    const lines = Array.from({ length: count }, (_, i) => ({
      kind: 'sample',
      atMs: (i + 1) * 1000,
      delivered: 1,
      streamsUp: i === 30_000 ? 3 : 10,
      latency: { p99Us: i === 12_345 ? 9e6 : 1000 },
      latencyHistogram: sampleLine.latencyHistogram,
    }));
    const { series } = readLines(lines).runs[0]!;
    assert.equal(series.count, count);
    assert.equal(series.intervalsPerPoint, 4);
    assert.equal(series.points.length, Math.ceil(count / 4));
    assert.equal(
      series.points.reduce((sum, point) => sum + point.delivered!, 0),
      count,
    );
    assert.equal(
      series.points.reduce((sum, point) => sum + point.lengthMs, 0),
      count * 1000,
    );
    assert.equal(Math.max(...series.points.map((point) => point.p99Us!)), 9e6);
    assert.equal(Math.min(...series.points.map((point) => point.streamsUp!)), 3);
    assert.equal(series.points.at(-1)!.atMs, count * 1000);
    const heat = series.heat.heatMap()!;
    assert.equal(heat.intervalsPerColumn, 64);
    assert.equal(heat.columns.length, Math.ceil(count / 64));
    assert.equal(heat.edges.length, heat.columns.length + 1);
    assert.equal(heat.edges.at(-1), count);
    assert.equal(heat.most, 64 * 90);
  });

  it('has no run where there is no sample and no summary', () => {
    assert.deepEqual(readLines([runLine]).runs, []);
    assert.deepEqual(readLines([]).runs, []);
  });
});

describe('readRecord', () => {
  it('takes only finite numbers that are not negative, and texts of a bounded length', () => {
    const record = readRecord({
      kind: 'sample',
      atMs: 1,
      delivered: -1,
      published: '7',
      ends: { a: 1, b: -1, c: 'x' },
    });
    assert.ok('kind' in record && record.kind === 'sample');
    assert.deepEqual([record.delivered, record.published, record.ends], [undefined, undefined, [['a', 1]]]);
    const run = readRecord({ kind: 'run', url: 'x'.repeat(9999), machine: 7, options: [] });
    assert.ok('kind' in run && run.kind === 'run');
    assert.equal(run.url.length, 503);
  });

  it('takes what the runtime told from the summary, or from the samples of a file that was cut off', () => {
    const runtime = { heapUsedBytes: 5e7, gcUs: 20_000, loopDelayP99Us: 900, fullCollections: 1 };
    const told = (line: object) => ({ ...line, runtime });
    const [cutOff] = readLines([runLine, told(sampleLine), told({ ...sampleLine, atMs: 2000 })]).runs;
    const { keptHeapBytes, ...summed } = cutOff!.summary.runtime!;
    assert.deepEqual(summed, { ...runtime, gcUs: 40_000, fullCollections: 2 });
    assert.equal(keptHeapBytes, undefined);
    const whole = readLines([runLine, told(sampleLine), told(summaryLine)]);
    assert.equal(whole.runs[0]!.summary.runtime!.gcUs, 20_000);
    const [section] = reportDocument([whole], '0.1.0').sections;
    const figures = section!.groups.find(({ title }) => title === 'Server')!.figures;
    assert.equal(figures.find(({ id }) => id === 'serverGcShare')?.value, 0.01);
    const { series } = plotData(reportDocument([whole], '0.1.0')).runs[0]!;
    assert.equal(series.heapMiB?.[0], 47.68);
    assert.equal(series.gcCores?.[0], 0.02);
    assert.equal(series.serverLoopDelay?.[0], 0.9);
  });
});

it('faults of a scenario are read in order of time, and drawn where they were', () => {
  const reader = new ResultFileReader('a scenario');
  const sample = { kind: 'sample', atMs: 9000, streamsUp: 1 };
  const faults = [
    { kind: 'fault', name: 'stall', atMs: 5000, untilMs: 7000, detail: '{}' },
    { kind: 'fault', name: 'kill', atMs: 2000, detail: '' },
    { kind: 'fault', name: 'oom-kill', atMs: 3000, detail: '', problem: 'it needs root' },
  ];
  for (const record of [sample, ...faults]) reader.push(Buffer.from(`${JSON.stringify(record)}\n`));
  const file = reader.finish();
  assert.equal(file.problems.count, 0);
  assert.deepEqual(
    file.runs[0]!.faults.map(({ name, notMade }) => [name, notMade]),
    [
      ['kill', undefined],
      ['oom-kill', 'it needs root'],
      ['stall', undefined],
    ],
  );
  assert.deepEqual(plotData(reportDocument([file], '1')).runs[0]!.faults, [
    ['kill', 2, 2],
    ['stall', 5, 7],
  ]);
});
