import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LatencyHistogram } from '../statistics/histogram.ts';
import { Tallies } from './tallies.ts';

test('what was counted is handed out once', () => {
  const tallies = new Tallies();
  tallies.connects = 3;
  tallies.delivered = 7;
  tallies.receivedBytes = 100;
  tallies.heartbeats = 2;
  tallies.oversized = 1;
  tallies.reconnects = 1;
  tallies.record('latency', 1000);
  tallies.record('latency', 2000);
  tallies.countEnd('reset', 'ECONNRESET');
  tallies.countEnd('reset', 'EPIPE');
  const taken = tallies.take();
  const { latency, ...rest } = taken;
  assert.deepEqual(rest, {
    connects: 3,
    reconnects: 1,
    reconnectsWithoutId: 0,
    delivered: 7,
    receivedBytes: 100,
    heartbeats: 2,
    oversized: 1,
    ends: { reset: 2 },
    endExamples: { reset: 'ECONNRESET' },
    connect: undefined,
    head: undefined,
    firstEvent: undefined,
    reconnect: undefined,
    heartbeatGap: undefined,
  });
  assert.equal(LatencyHistogram.decode(latency!).count, 2);
  const empty = tallies.take();
  assert.deepEqual(
    { ...empty },
    {
      ...rest,
      connects: 0,
      reconnects: 0,
      reconnectsWithoutId: 0,
      delivered: 0,
      receivedBytes: 0,
      heartbeats: 0,
      oversized: 0,
      ends: {},
      endExamples: {},
      latency: undefined,
    },
  );
});

test('a refusal is counted by its status, unless that was right and the content was not', () => {
  const tallies = new Tallies();
  for (const status of [503, 503, 429, 200, undefined]) tallies.countEnd('refused', 'x', status);
  tallies.countEnd('reset', 'ECONNRESET', 200);
  tallies.countEnd('unreachable', 'ECONNREFUSED');
  assert.deepEqual(tallies.take().ends, {
    'status 503': 2,
    'status 429': 1,
    refused: 2,
    reset: 1,
    unreachable: 1,
  });
});

test('a sample that was taken does not change any more', () => {
  const tallies = new Tallies();
  tallies.countEnd('reset', 'first');
  const taken = tallies.take();
  tallies.countEnd('reset', 'second');
  assert.deepEqual(taken.ends, { reset: 1 });
  assert.deepEqual(tallies.take().endExamples, { reset: 'second' });
});
