import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fastLaneShare } from './lanes.ts';

test('the share of the fast lane is of all streams, over all shards', () => {
  const metrics =
    '# TYPE sse_streams gauge\nsse_streams{lane="fast",shard="0"} 60\nsse_streams{shard="1",lane="fast"} 30\n' +
    'sse_streams{lane="node",shard="0"} 10\nsse_streams_total{lane="node"} 999\n';
  assert.equal(fastLaneShare(metrics), 0.9);
});

test('a server that does not tell has no share', () => {
  assert.equal(fastLaneShare('up 1\n'), undefined);
  assert.equal(fastLaneShare('sse_streams{lane="fast"} 0\n'), undefined);
});
