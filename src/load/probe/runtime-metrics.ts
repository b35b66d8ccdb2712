// Which metrics tell about a server's runtime, under the names that its usual exporter gives them: prom-client for
// Node.js, the default collectors for Go and the JVM. Pure. A server of several processes has them more than once.

import type { RuntimeFigures } from '../result.ts';
import type { Metric } from './prometheus-text.ts';

const heapNames = ['nodejs_heap_size_used_bytes', 'go_memstats_heap_inuse_bytes', 'jvm_memory_used_bytes'];
const loopDelayName = 'nodejs_eventloop_lag_p99_seconds';
const gcSecondsNames = [
  'nodejs_gc_duration_seconds_sum',
  'go_gc_duration_seconds_sum',
  'jvm_gc_pause_seconds_sum',
];
const spaceName = 'nodejs_heap_space_size_used_bytes';
const gcCountName = 'nodejs_gc_duration_seconds_count';

export const runtimeMetricNames: ReadonlySet<string> = new Set([
  ...heapNames,
  loopDelayName,
  ...gcSecondsNames,
  spaceName,
  gcCountName,
]);

/** What one look at the metrics tells; counters since the server's start. */
export interface RuntimeMetrics {
  readonly heapUsedBytes: number | undefined;
  /** Without the young generation, most of which is garbage at any time. */
  readonly oldHeapBytes: number | undefined;
  readonly loopDelayP99Us: number | undefined;
  readonly gcUsTotal: number | undefined;
  readonly fullCollectionsTotal: number | undefined;
}

export function runtimeMetricsOf(metrics: readonly Metric[]): RuntimeMetrics {
  const of = (name: string, wants: (labels: Metric['labels']) => boolean = () => true) =>
    metrics.filter(
      (metric) =>
        metric.name === name && metric.value >= 0 && metric.value < Infinity && wants(metric.labels),
    );
  const firstSum = (names: readonly string[]) =>
    names.map((name) => sum(of(name, isHeap))).find((found) => found !== undefined);
  const isYoung = (space = '') => space.startsWith('new');
  return {
    heapUsedBytes: firstSum(heapNames),
    oldHeapBytes: sum(of(spaceName, (labels) => !isYoung(labels.get('space')))),
    loopDelayP99Us: scaled(highest(of(loopDelayName)), 1e6),
    gcUsTotal: scaled(firstSum(gcSecondsNames), 1e6),
    fullCollectionsTotal: sum(of(gcCountName, (labels) => labels.get('kind') === 'major')),
  };
}

/** Turns what two looks tell into the figures of the interval between them. A counter that fell began anew. */
export function runtimeFigures(now: RuntimeMetrics, before: RuntimeMetrics | undefined): RuntimeFigures {
  const { heapUsedBytes, oldHeapBytes, loopDelayP99Us } = now;
  const collections = increase(now.fullCollectionsTotal, before?.fullCollectionsTotal);
  return {
    heapUsedBytes,
    gcUs: increase(now.gcUsTotal, before?.gcUsTotal),
    loopDelayP99Us,
    ...(collections !== undefined && { fullCollections: collections }),
    ...(collections !== undefined && collections > 0 && { keptHeapBytes: oldHeapBytes ?? heapUsedBytes }),
  };
}

const isHeap = (labels: Metric['labels']) => (labels.get('area') ?? 'heap') === 'heap';
const sum = (metrics: readonly Metric[]) =>
  metrics.length === 0 ? undefined : metrics.reduce((total, { value }) => total + value, 0);
const highest = (metrics: readonly Metric[]) =>
  metrics.length === 0 ? undefined : Math.max(...metrics.map(({ value }) => value));
const scaled = (value: number | undefined, by: number) =>
  value === undefined ? undefined : Math.round(value * by);

function increase(now: number | undefined, before: number | undefined): number | undefined {
  if (now === undefined || before === undefined) return undefined;
  return now < before ? now : now - before;
}
