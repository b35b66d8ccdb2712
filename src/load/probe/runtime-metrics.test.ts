import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePrometheusText } from './prometheus-text.ts';
import { runtimeFigures, runtimeMetricNames, runtimeMetricsOf } from './runtime-metrics.ts';

const read = (text: string) => runtimeMetricsOf(parsePrometheusText(text, runtimeMetricNames).metrics);

const node = (heap: number, gcSeconds: number, full: number) => `
# TYPE nodejs_heap_size_used_bytes gauge
nodejs_heap_size_used_bytes ${heap}
nodejs_heap_space_size_used_bytes{space="new"} 900
nodejs_heap_space_size_used_bytes{space="new_large_object"} 100
nodejs_heap_space_size_used_bytes{space="old"} 70
nodejs_heap_space_size_used_bytes{space="large_object"} 7
nodejs_eventloop_lag_p99_seconds 0.012
nodejs_gc_duration_seconds_sum{kind="minor"} ${gcSeconds}
nodejs_gc_duration_seconds_sum{kind="major"} 1
nodejs_gc_duration_seconds_count{kind="minor"} 500
nodejs_gc_duration_seconds_count{kind="major"} ${full}
`;

test('a Node.js server with the default metrics of prom-client', () => {
  const first = read(node(1000, 0.5, 3));
  const quiet = runtimeFigures(read(node(1100, 0.75, 3)), first);
  assert.deepEqual(quiet, { heapUsedBytes: 1100, gcUs: 250_000, loopDelayP99Us: 12_000, fullCollections: 0 });
  // The heap without its young part, and only where a full collection has just been.
  const collected = runtimeFigures(read(node(1050, 0.75, 4)), first);
  assert.equal(collected.keptHeapBytes, 77);
  assert.equal(collected.fullCollections, 1);
});

test('counters of a server that has started anew count from 0, and the first look has none', () => {
  const { gcUs, fullCollections } = runtimeFigures(read(node(1, 0, 1)), read(node(1, 5, 9)));
  assert.deepEqual({ gcUs, fullCollections }, { gcUs: 1_000_000, fullCollections: 1 });
  assert.deepEqual(runtimeFigures(read(node(1, 5, 9)), undefined), {
    heapUsedBytes: 1,
    gcUs: undefined,
    loopDelayP99Us: 12_000,
  });
});

test('Go and the JVM have names of their own; several processes are added, of delays the longest counts', () => {
  const go = read('go_memstats_heap_inuse_bytes 5\ngo_gc_duration_seconds_sum 0.001');
  assert.deepEqual([go.heapUsedBytes, go.gcUsTotal, go.loopDelayP99Us], [5, 1000, undefined]);
  const jvm = read('jvm_memory_used_bytes{area="heap",id="a"} 5\njvm_memory_used_bytes{area="nonheap"} 6');
  assert.equal(jvm.heapUsedBytes, 5);
  const two = read(
    ['a', 'b']
      .map(
        (pid, i) =>
          `nodejs_heap_size_used_bytes{pid="${pid}"} 5\nnodejs_eventloop_lag_p99_seconds{pid="${pid}"} ${i + 1}`,
      )
      .join('\n'),
  );
  assert.deepEqual([two.heapUsedBytes, two.loopDelayP99Us], [10, 2_000_000]);
});

test('what is no number is not measured', () => {
  const { heapUsedBytes, loopDelayP99Us } = read(
    'nodejs_heap_size_used_bytes NaN\nnodejs_eventloop_lag_p99_seconds +Inf',
  );
  assert.deepEqual([heapUsedBytes, loopDelayP99Us], [undefined, undefined]);
});
