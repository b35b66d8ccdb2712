// Every metric of a hub, in one table: what is served, and docs/metrics.md, are made from it. Seconds and bytes, names
// as Prometheus wants them.

import { type HistogramFigures, LATENCY_BOUNDS } from '../../base/histogram.ts';
import { DURATION_BOUNDS, INTERVAL_BOUNDS } from '../../hub/meter.ts';
import type { HubFigures, LogFigures, ProcessFigures, ShardFigures, WorkerState } from './figures.ts';
import { GC_BOUNDS } from './process-meter.ts';

interface RowBasics {
  readonly name: string;
  readonly help: string;
}

type Numbers = number | Readonly<Record<string, number>> | undefined;

/** A metric, and where its value is found: one number, or one for each value of its label. */
export type MetricRow<Source> = RowBasics &
  (
    | {
        readonly type: 'counter' | 'gauge';
        readonly label?: string;
        readonly read: (source: Source) => Numbers;
      }
    | {
        readonly type: 'histogram';
        readonly bounds: readonly number[];
        readonly label?: string;
        readonly read: (source: Source) => HistogramFigures | Readonly<Record<string, HistogramFigures>>;
      }
  );

/** Of streams and events; added up over all processes. */
export const shardRows: readonly MetricRow<ShardFigures>[] = [
  {
    name: 'sse_streams',
    type: 'gauge',
    help: 'Streams that are open or ending, by the way they came: fast (straight on the socket), http (through node:http), web (as a Response), inside (the canary)',
    label: 'lane',
    read: ({ stats }) => ({ ...stats.lanes }),
  },
  {
    name: 'sse_behind_streams',
    type: 'gauge',
    help: 'Streams that read on from a position instead of getting events as they are announced',
    read: ({ stats }) => stats.behind,
  },
  {
    name: 'sse_streams_opened_total',
    type: 'counter',
    help: 'Streams that clients opened since the start',
    read: ({ stats }) => stats.opened,
  },
  {
    name: 'sse_streams_refused_total',
    type: 'counter',
    help: 'Requests for a stream that were turned away since the start, because the hub was full, busy or closing',
    read: ({ stats }) => stats.refused,
  },
  {
    name: 'sse_streams_ended_total',
    type: 'counter',
    help: 'Streams of clients that ended since the start, by reason; docs/protocol.md says what each means',
    label: 'reason',
    read: ({ stats }) => stats.ended as Readonly<Record<string, number>>,
  },
  {
    name: 'sse_events_delivered_total',
    type: 'counter',
    help: 'Events written to streams since the start',
    read: ({ stats }) => stats.delivered,
  },
  {
    name: 'sse_delivery_seconds',
    type: 'histogram',
    bounds: LATENCY_BOUNDS,
    help: 'From the append of an event to its write to a live stream, one value for each event and stream; of events written together, that of the oldest',
    read: ({ meter }) => meter.deliverySeconds,
  },
  {
    name: 'sse_event_interval_seconds',
    type: 'histogram',
    bounds: INTERVAL_BOUNDS,
    help: 'Between two writes of events to a live stream, by which is known how long streams are silent but for heartbeats',
    read: ({ meter }) => meter.intervalSeconds,
  },
  {
    name: 'sse_stream_duration_seconds',
    type: 'histogram',
    bounds: DURATION_BOUNDS,
    help: 'How long streams of clients were open; the bound that many of them end at is often a timeout of a proxy',
    read: ({ meter }) => meter.durationSeconds,
  },
  {
    name: 'sse_publish_seconds',
    type: 'histogram',
    bounds: LATENCY_BOUNDS,
    help: 'How long the log took to confirm a publish over HTTP',
    read: ({ meter }) => meter.publishSeconds,
  },
];

export const logRows: readonly MetricRow<LogFigures>[] = [
  {
    name: 'sse_events_published_total',
    type: 'counter',
    help: 'Entries appended to the log since the start: events, ends of topics, canaries',
    read: ({ published }) => published,
  },
  {
    name: 'sse_log_events',
    type: 'gauge',
    help: 'Entries that the log keeps',
    read: ({ events }) => events,
  },
  {
    name: 'sse_log_bytes',
    type: 'gauge',
    help: 'Bytes of the log, index and keys included',
    read: ({ bytes }) => bytes,
  },
  {
    name: 'sse_log_file_bytes',
    type: 'gauge',
    help: 'Size of the file of the log, free pages included; 0 in memory',
    read: ({ fileBytes }) => fileBytes,
  },
  {
    name: 'sse_log_commit_seconds',
    type: 'histogram',
    bounds: LATENCY_BOUNDS,
    help: 'How long commits to the disk took',
    read: ({ commitSeconds }) => commitSeconds,
  },
];

/** Of the hub as a whole. */
export const hubRows: readonly MetricRow<HubFigures>[] = [
  {
    name: 'sse_kernel_send_bytes',
    type: 'gauge',
    help: 'Bytes that wait for clients in the kernel, over all connections to the hub; looked at every 10 s at most',
    read: ({ kernelSendBytes }) => kernelSendBytes,
  },
  {
    name: 'sse_announce_unacknowledged_bytes',
    type: 'gauge',
    help: 'The most bytes of announcements that one worker has not acknowledged; at 4 MiB it reads the files instead',
    read: ({ unacknowledgedBytes }) => unacknowledgedBytes,
  },
];

/** Of each worker, with the label `worker`. */
export const workerRows: readonly MetricRow<WorkerState>[] = [
  {
    name: 'sse_worker_up',
    type: 'gauge',
    help: 'Whether the worker has answered this scrape; of one that has not, the last known numbers are in the sums',
    read: ({ isUp }) => Number(isUp),
  },
  {
    name: 'sse_worker_restarts_total',
    type: 'counter',
    help: 'How often the worker was replaced since the start of the hub',
    read: ({ restarts }) => restarts,
  },
];

/** Of each process, with the label `process`: primary, worker-1, worker-2 and so on. */
export const processRows: readonly MetricRow<ProcessFigures>[] = [
  {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    help: 'Processor time',
    read: ({ cpuSeconds }) => cpuSeconds,
  },
  {
    name: 'process_resident_memory_bytes',
    type: 'gauge',
    help: 'Resident memory; pages of the log that were read are part of it, and not taken from anybody',
    read: ({ residentBytes }) => residentBytes,
  },
  {
    name: 'process_private_memory_bytes',
    type: 'gauge',
    help: 'Resident memory that is no file’s (Linux): what the process costs',
    read: ({ privateBytes }) => privateBytes,
  },
  {
    name: 'nodejs_heap_size_used_bytes',
    type: 'gauge',
    help: 'Heap of V8 in use',
    read: ({ heapUsedBytes }) => heapUsedBytes,
  },
  {
    name: 'nodejs_heap_size_total_bytes',
    type: 'gauge',
    help: 'Heap of V8',
    read: ({ heapTotalBytes }) => heapTotalBytes,
  },
  {
    name: 'nodejs_heap_space_size_used_bytes',
    type: 'gauge',
    help: 'Heap of V8 in use, by space',
    label: 'space',
    read: ({ heapSpaceBytes }) => heapSpaceBytes,
  },
  {
    name: 'nodejs_gc_duration_seconds',
    type: 'histogram',
    bounds: GC_BOUNDS,
    help: 'Pauses for garbage collection, by kind: minor, major, incremental, weakcb',
    label: 'kind',
    read: ({ gcSeconds }) => gcSeconds,
  },
  {
    name: 'nodejs_eventloop_lag_p50_seconds',
    type: 'gauge',
    help: 'Median delay of timers over the last 10 to 20 s',
    read: ({ loopDelayP50Seconds }) => loopDelayP50Seconds,
  },
  {
    name: 'nodejs_eventloop_lag_p99_seconds',
    type: 'gauge',
    help: '99th percentile of the delay of timers over the last 10 to 20 s',
    read: ({ loopDelayP99Seconds }) => loopDelayP99Seconds,
  },
  {
    name: 'nodejs_eventloop_lag_max_seconds',
    type: 'gauge',
    help: 'Longest delay of a timer over the last 10 to 20 s',
    read: ({ loopDelayMaxSeconds }) => loopDelayMaxSeconds,
  },
];
