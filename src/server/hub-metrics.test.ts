import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ShardStats } from '../hub/shard.ts';
import { startAdminServer } from './admin-server.ts';
import { HubMetrics } from './hub-metrics.ts';

const stats: ShardStats = {
  streams: 12,
  behind: 3,
  lanes: { fast: 10, http: 2, web: 0, inside: 0 },
  opened: 40,
  refused: 3,
  ended: { 'client-left': 20, stalled: 8 },
  delivered: 5000,
};

test('the admin listener tells the numbers of the hub as they are when it is asked, and nothing else', async (t) => {
  let now = stats;
  const server = await startAdminServer(
    { host: '127.0.0.1', port: 0 },
    new HubMetrics(async () => ({ workers: [{ worker: 1, figures: { shard: now }, restarts: 0 }] })),
    assert.fail,
  );
  t.after(() => server.close());
  const read = async () => (await fetch(`${server.url}/metrics`)).text();
  const text = await read();
  for (const line of [
    'sse_streams{lane="fast"} 10',
    'sse_streams{lane="http"} 2',
    'sse_behind_streams 3',
    'sse_streams_opened_total 40',
    'sse_streams_refused_total 3',
    'sse_streams_ended_total{reason="stalled"} 8',
    'sse_events_delivered_total 5000',
  ]) {
    assert.ok(text.includes(`\n${line}\n`), line);
  }
  assert.match(text, /^nodejs_eventloop_lag_p99_seconds /m);
  now = { ...stats, opened: 41 };
  const again = await read();
  assert.match(again, /^sse_streams_opened_total 41$/m);
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
