// Two runs that a reader can check in the head, as lines of a result file: what a golden text is made of.

import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { type ReportDocument, reportDocument } from '../../src/report/report-document.ts';
import { ResultFileReader } from '../../src/report/run-result.ts';

/** 90 events took 10 ms, 10 took 100 ms. */
function histogram(): string {
  const counts = build({ numberOfSignificantValueDigits: 3, highestTrackableValue: 3.6e9 });
  counts.recordValueWithCount(10_000, 90);
  counts.recordValueWithCount(100_000, 10);
  return encodeIntoCompressedBase64(counts);
}

const latency = {
  count: 100,
  minUs: 10_000,
  p50Us: 10_000,
  p90Us: 10_000,
  p99Us: 100_000,
  p999Us: 100_000,
  maxUs: 100_000,
  meanUs: 19_000,
};

export const runLine = {
  kind: 'run',
  tool: 'load',
  version: '0.1.0',
  run: 'run-1',
  startedAt: '2026-05-12T10:15:00.000Z',
  url: 'http://hub.test/stream',
  options: { streams: 10, token: 'of-nobody' },
  machine: { cpuModel: 'Test CPU', cpus: 2, node: '24.21.0' },
};

export const sampleLine = {
  kind: 'sample',
  atMs: 1000,
  streamsUp: 10,
  streamsWanted: 10,
  published: 10,
  delivered: 100,
  ends: { reset: 1 },
  latency,
  latencyHistogram: histogram(),
  generator: { limited: false, cpuUs: 1000 },
  server: { cpuUs: 200, privateBytes: 1024 ** 2 },
};

export const summaryLine = {
  kind: 'summary',
  durationMs: 2000,
  steadyFromMs: 500,
  streamsPeak: 10,
  publishedTotal: 20,
  publishErrorsTotal: 5,
  publishUnknownTotal: 2,
  publishErrorsByReason: { 'answered with status 503': 3, 'sent, and not answered within 30000 ms': 2 },
  limitedByServerIntervals: 1,
  deliveredTotal: 200,
  ends: { own: 9, reset: 1 },
  latency: { ...latency, count: 200 },
  latencyHistogram: histogram(),
  heartbeatGap: { count: 7, p50Us: 15_000_000, p99Us: 15_200_000, maxUs: 15_200_000 },
  ledger: { expected: 200, delivered: 199, lost: 1, repeated: 0, outOfOrder: 0, late: 0, exact: true },
  limitedIntervals: 1,
  server: { cpuUs: 400, cpuUsPerEvent: 2 },
  verdict: {
    outcome: 'fail',
    checks: [{ objective: 'delivery>=99.99%', outcome: 'fail', because: '1 of 200 lost' }],
  },
};

export const smallRun: readonly unknown[] = [
  runLine,
  sampleLine,
  { ...sampleLine, atMs: 2000, generator: { limited: true } },
  summaryLine,
];

/** Lines as they stand when they are texts, or as JSON. */
export function readLines(lines: readonly unknown[], label?: string, source = 'run.ndjson') {
  const reader = new ResultFileReader(source, label);
  const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
  reader.push(Buffer.from(text));
  return reader.finish();
}

export const smallReport = (): ReportDocument => reportDocument([readLines(smallRun)], '0.1.0');

/** Two peers with two rounds each, in turns; the second peer is twice as slow, then three times. */
export function smallComparison(): ReportDocument {
  const slower = (factor: number) => [
    ...smallRun.slice(0, 3),
    {
      ...summaryLine,
      latency: { ...latency, p99Us: 100_000 * factor },
      server: { cpuUsPerEvent: 2 * factor },
    },
  ];
  const files = [
    readLines(smallRun, 'ours'),
    readLines(slower(2), 'theirs'),
    readLines(smallRun, 'ours'),
    readLines(slower(3), 'theirs'),
  ];
  return reportDocument(files, '0.1.0');
}
