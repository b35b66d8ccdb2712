import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { metricsPage } from '../../../scripts/docs-metrics.ts';
import { promtool } from '../../../test/support/require.ts';
import { Histogram, LATENCY_BOUNDS } from '../../base/histogram.ts';
import { Meter } from '../../hub/meter.ts';
import type { ShardStats } from '../../hub/shard-stats.ts';
import { startAdminServer } from '../admin-server.ts';
import { addFigures } from './add-figures.ts';
import type { HubFigures, ShardFigures } from './figures.ts';
import { HubMetrics } from './hub-metrics.ts';
import { hubRows, logRows, processRows, shardRows, workerRows } from './metric-rows.ts';
import { ProcessMeter } from './process-meter.ts';

const stats: ShardStats = {
  streams: 12,
  behind: 3,
  lanes: { fast: 10, http: 2, web: 0, inside: 0 },
  opened: 40,
  refused: 3,
  ended: { 'client-left': 20, stalled: 8 },
  delivered: 5000,
};

function shardFigures(delaysSeconds: readonly number[] = []): ShardFigures {
  const meter = new Meter();
  for (const delay of delaysSeconds) meter.deliverySeconds.observe(delay, 2);
  return { stats, meter: meter.figures() };
}

const figures: HubFigures = {
  processes: [
    ['primary', new ProcessMeter().figures()],
    ['worker-1', new ProcessMeter().figures()],
  ],
  shards: [shardFigures([0.002, 0.3]), shardFigures([0.002, 20])],
  past: undefined,
  log: {
    events: 7,
    bytes: 4096,
    fileBytes: 8192,
    published: 9,
    commitSeconds: new Histogram(LATENCY_BOUNDS).figures(),
  },
  workers: [
    { worker: 1, isUp: true, restarts: 0 },
    { worker: 2, isUp: false, restarts: 3 },
  ],
  kernelSendBytes: 77,
  unacknowledgedBytes: 5,
};

const textOf = (given: HubFigures) => new HubMetrics(async () => given).text();

function assertLines(text: string, lines: readonly string[]): void {
  for (const line of lines) assert.ok(text.includes(`\n${line}\n`), `${line} in\n${text}`);
}

test('what all processes count is added up, and each process is told apart where that matters', async () => {
  assertLines(await textOf(figures), [
    'sse_streams{lane="fast"} 20',
    'sse_streams{lane="http"} 4',
    'sse_behind_streams 6',
    'sse_streams_opened_total 80',
    'sse_streams_refused_total 6',
    'sse_streams_ended_total{reason="stalled"} 16',
    'sse_events_delivered_total 10000',
    'sse_delivery_seconds_bucket{le="0.001"} 0',
    'sse_delivery_seconds_bucket{le="0.0025"} 4',
    'sse_delivery_seconds_bucket{le="0.5"} 6',
    'sse_delivery_seconds_bucket{le="10"} 6',
    'sse_delivery_seconds_bucket{le="+Inf"} 8',
    'sse_delivery_seconds_count 8',
    'sse_events_published_total 9',
    'sse_log_bytes 4096',
    'sse_kernel_send_bytes 77',
    'sse_worker_up{worker="1"} 1',
    'sse_worker_up{worker="2"} 0',
    'sse_worker_restarts_total{worker="2"} 3',
  ]);
  assert.match(await textOf(figures), /^nodejs_heap_size_used_bytes\{process="worker-1"\} \d{6,}$/m);
});

test('counters do not fall when a worker ends, and its streams are no streams any more', async () => {
  const [first, second] = figures.shards;
  const text = await textOf({ ...figures, shards: [first!], past: addFigures(second!, second!) });
  assertLines(text, [
    'sse_streams{lane="fast"} 10',
    'sse_behind_streams 3',
    'sse_streams_opened_total 120',
    'sse_streams_ended_total{reason="client-left"} 60',
    'sse_delivery_seconds_count 12',
  ]);
});

test('figures are added name by name, also those that only one side has', () => {
  const one = { a: 1, list: [1, 2], deep: { x: 1 }, gone: undefined };
  const other = { a: 2, list: [10, 20], deep: { y: 5 } };
  assert.deepEqual(addFigures<object>(one, other), {
    a: 3,
    list: [11, 22],
    deep: { x: 1, y: 5 },
    gone: undefined,
  });
});

test('names and helps are as Prometheus wants them', async (t) => {
  const tool = promtool(t);
  if (tool === undefined) return;
  const { status, stdout, stderr } = spawnSync(tool, ['check', 'metrics'], { input: await textOf(figures) });
  assert.deepEqual([status, String(stdout), String(stderr)], [0, '', '']);
});

test('docs/metrics.md is what the table says, and every metric of the table is served', async () => {
  const page = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
  assert.equal(page, metricsPage(), 'npm run docs');
  const text = await textOf(figures);
  for (const { name, type } of [...shardRows, ...logRows, ...hubRows, ...workerRows, ...processRows]) {
    assert.match(text, new RegExp(`^# TYPE ${name} ${type}$`, 'm'));
    assert.match(text, new RegExp(`^${name}(_bucket)?[ {]`, 'm'));
  }
});

test('the admin listener tells the numbers of the hub as they are when it is asked, and nothing else', async (t) => {
  let now = figures;
  const metrics = new HubMetrics(async () => now);
  const server = await startAdminServer({ host: '127.0.0.1', port: 0 }, metrics, assert.fail);
  t.after(() => server.close());
  const read = async () => (await fetch(`${server.url}/metrics`)).text();
  assertLines(await read(), ['sse_log_events 7']);
  now = { ...figures, log: { ...figures.log, events: 8 } };
  assertLines(await read(), ['sse_log_events 8']);
  assert.equal((await fetch(`${server.url}/metrics?a=b`)).status, 200);
  assert.equal((await fetch(`${server.url}/`)).status, 404);
  assert.equal((await fetch(`${server.url}/metrics`, { method: 'POST' })).status, 405);
});

test('metrics that cannot be read are a 500, and the hub goes on', async (t) => {
  const errors: Error[] = [];
  const metrics = { contentType: 'text/plain', text: () => Promise.reject(new Error('no')) };
  const server = await startAdminServer({ host: '127.0.0.1', port: 0 }, metrics, (error) =>
    errors.push(error),
  );
  t.after(() => server.close());
  assert.equal((await fetch(`${server.url}/metrics`)).status, 500);
  assert.equal(errors.length, 1);
});
