// What a run leaves behind: NDJSON, one record a line. First a `run`, then a `sample` each second, at the end a
// `summary`. load and soak write it, report reads it; a file that was cut off lacks only its summary.
// The file is long because it is one format, types alone: a sample and the summary of it are read side by side.

import type { TcpState } from '../base/tcp-table.ts';

/** Times are microseconds on the histogram's scale, percentiles included. */
export interface LatencyFigures {
  readonly count: number;
  readonly minUs: number;
  readonly p50Us: number;
  readonly p90Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  readonly maxUs: number;
  readonly meanUs: number;
}

/** How a stream's connection ended, by what was seen on the socket. */
export type EndKind =
  /** The response was complete: last chunk, content length, or the close of a close-delimited one. */
  | 'complete'
  /** FIN before the response was complete. */
  | 'truncated'
  | 'reset'
  | 'timeout'
  /** An answer that is no event stream: another status or content type, or nothing that is HTTP. */
  | 'refused'
  /** The connection could not be made. */
  | 'unreachable'
  /** The tool itself ended it: churn, or the end of the run. */
  | 'own';

/** What ends are counted by: the kind, and of a status that is not 200 the status itself. */
export type EndReason = EndKind | `status ${number}`;

export interface RunRecord {
  readonly kind: 'run';
  readonly tool: 'load' | 'soak' | 'prove';
  /** Of a scenario: its name. */
  readonly label?: string | undefined;
  readonly version: string;
  readonly run: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly url: string;
  /** Every option as resolved, so that the run can be repeated; secrets read `redacted`, here and in `url`. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly machine: MachineFacts;
}

export interface MachineFacts {
  readonly cpuModel: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly node: string;
  readonly openFileLimit: number | undefined;
  readonly localPorts: number | undefined;
}

/** One second (soak: 30 s). Counts are of this interval unless they say `Total`. */
export interface SampleRecord {
  readonly kind: 'sample';
  /** Since the start of the run. */
  readonly atMs: number;
  readonly streamsUp: number;
  readonly streamsWanted: number;
  readonly connects: number;
  readonly reconnects: number;
  /** Of these, with no Last-Event-ID to resume by: no id had come before. Absent in files of earlier versions. */
  readonly reconnectsWithoutId?: number | undefined;
  readonly published: number;
  readonly publishErrors: number;
  readonly delivered: number;
  readonly receivedBytes: number;
  readonly heartbeats: number;
  readonly ends: Readonly<Partial<Record<EndReason, number>>>;
  /** Of the events delivered in this interval; absent when none was. */
  readonly latency: LatencyFigures | undefined;
  /** The interval's latency histogram, as hdr-histogram-js encodes it (base64, V2 compressed). */
  readonly latencyHistogram: string | undefined;
  /** The same of the reconnects that succeeded in this interval. */
  readonly reconnectHistogram?: string | undefined;
  /** How long streams had been quiet when a heartbeat came in this interval, and the histogram of it. */
  readonly heartbeatGap?: LatencyFigures | undefined;
  readonly heartbeatGapHistogram?: string | undefined;
  /** The same of connect, head and firstEvent, as far as there were any. */
  readonly histograms?: Readonly<Partial<Record<TimeKind, string>>> | undefined;
  /** Published and owed by then, and not there: lost, or on its way. */
  readonly missing?: number | undefined;
  readonly repeatedTotal: number;
  readonly outOfOrderTotal: number;
  /** Seconds in which streams were wanted, and in which they were connected and fresh. */
  readonly wantedStreamSeconds: number;
  readonly freshStreamSeconds: number;
  readonly generator: GeneratorFigures;
  readonly server: ServerFigures | undefined;
  /** The server kept publishes from being sent when they were due: it did not connect, read or answer. */
  readonly limitedByServer?: boolean | undefined;
  readonly runtime?: RuntimeFigures | undefined;
}

/** The tool's own cost and delay. `limited`: its own delay was above the resolution, so latencies are upper bounds. */
export interface GeneratorFigures {
  readonly cpuUs: number;
  readonly privateBytes: number;
  readonly loopDelayP99Us: number;
  readonly limited: boolean;
}

/** The server's process tree. */
export interface ServerFigures {
  /** User and system time of the tree in this interval. */
  readonly cpuUs: number;
  /** Pss without file-backed pages where readable, else RssAnon. */
  readonly privateBytes: number;
  readonly fileBytes: number;
  /** `TCP: mem`: of the whole machine, the tool's own sockets included. Undefined where it cannot be read. */
  readonly kernelSocketBytes: number | undefined;
  /** Undefined where the processes belong to another user. */
  readonly openFiles: number | undefined;
  readonly processes: number;
  /** TCP sockets of the server's network namespace (all of the machine on loopback). */
  readonly sockets?: SocketCounts | undefined;
  /**
   * Sockets of the server's port by TCP state, as `ss` calls them. Absent where that is not known, and in intervals in
   * which it was not counted: a large table is read less often.
   */
  readonly socketStates?: Readonly<Partial<Record<TcpState, number>>> | undefined;
}

export interface SocketCounts {
  readonly inUse: number;
  readonly orphan: number;
  readonly timeWait: number;
}

/** What only the server's runtime knows (`--metrics`); a figure that it does not tell is absent. */
export interface RuntimeFigures {
  /** With the garbage of the moment. */
  readonly heapUsedBytes?: number | undefined;
  /** Time in garbage collection in this interval. */
  readonly gcUs?: number | undefined;
  readonly loopDelayP99Us?: number | undefined;
  /** Full collections in this interval. */
  readonly fullCollections?: number | undefined;
  /** The heap without its young part, only where a full collection has just been: then growth is no garbage. */
  readonly keptHeapBytes?: number | undefined;
}

export interface LedgerFigures {
  /** Deliveries that were owed: published events times the streams that wanted them. */
  readonly expected: number;
  readonly delivered: number;
  readonly lost: number;
  readonly repeated: number;
  readonly outOfOrder: number;
  /** Delivered, but after the run had stopped waiting for it. */
  readonly late: number;
  /** False when a bound was met and `lost` is therefore a lower bound. */
  readonly exact: boolean;
  /** Reconnects that brought back what was missed, and those after which something was missing. */
  readonly resumedReconnects: number;
  readonly lossyReconnects: number;
  /** When the lost events were published; absent when that is not known. */
  readonly losses?: LossBlocks | undefined;
}

/** The run cut into blocks of time by the intended time of publishing; only those with a loss are listed. */
export interface LossBlocks {
  readonly blockMs: number;
  /** All blocks in which something was owed. */
  readonly blocks: number;
  readonly lossy: readonly { readonly atMs: number; readonly expected: number; readonly lost: number }[];
}

export interface SummaryRecord {
  readonly kind: 'summary';
  readonly durationMs: number;
  /** When the ramp was over: `cpuUsPerEvent` is of the time from here. Absent when it never was. */
  readonly steadyFromMs?: number | undefined;
  readonly interrupted: boolean;
  readonly streamsPeak: number;
  readonly connectsTotal: number;
  readonly reconnectsTotal: number;
  readonly reconnectsWithoutIdTotal?: number | undefined;
  readonly publishedTotal: number;
  readonly publishErrorsTotal: number;
  /** Of the errors, those that were sent and not answered: the server may have taken them. */
  readonly publishUnknownTotal?: number | undefined;
  /** How many of the errors were what: `answered with status 503`. */
  readonly publishErrorsByReason?: Readonly<Record<string, number>> | undefined;
  /** Samples that say `limitedByServer`. */
  readonly limitedByServerIntervals?: number | undefined;
  readonly deliveredTotal: number;
  readonly receivedBytesTotal: number;
  readonly heartbeatsTotal: number;
  readonly ends: Readonly<Partial<Record<EndReason, number>>>;
  readonly connect: LatencyFigures | undefined;
  readonly head: LatencyFigures | undefined;
  readonly firstEvent: LatencyFigures | undefined;
  readonly latency: LatencyFigures | undefined;
  readonly latencyHistogram: string | undefined;
  readonly reconnect: LatencyFigures | undefined;
  /** The histograms behind connect, head, firstEvent, reconnect, silence and heartbeatGap, for verdicts about them. */
  readonly histograms?: Readonly<Partial<Record<TimeKind, string>>> | undefined;
  /** Longest silence on each stream's heartbeats and events. */
  readonly silence: LatencyFigures | undefined;
  /** Of each heartbeat: how long the stream had been quiet, since an event, a heartbeat or its head. */
  readonly heartbeatGap?: LatencyFigures | undefined;
  /** Undefined when payloads carried no stamps. */
  readonly ledger: LedgerFigures | undefined;
  readonly wantedStreamSeconds: number;
  readonly freshStreamSeconds: number;
  readonly limitedIntervals: number;
  readonly server:
    | (ServerFigures & {
        /** The most sockets that were in each state at any count. */
        readonly socketPeaks?: Readonly<Partial<Record<TcpState, number>>> | undefined;
        readonly cpuUsPerEvent: number | undefined;
        readonly privateBytesPerStream: number | undefined;
      })
    | undefined;
  readonly generator: GeneratorFigures & {
    readonly cpuUsPerEvent: number | undefined;
    readonly privateBytesPerStream: number | undefined;
  };
  readonly verdict: Verdict | undefined;
  /** Of a scenario: what faults cost, each figure with its arithmetic. */
  readonly proof?: readonly (readonly [label: string, text: string])[] | undefined;
  /** Of soak: how each quantity of the server developed. */
  readonly trends?: readonly TrendRecord[] | undefined;
  /** Of the whole run: the highest heap and delay, the time of all collections. */
  readonly runtime?: RuntimeFigures | undefined;
}

/** The times of a summary that objectives can be about. */
export type TimeKind =
  | 'connect'
  | 'head'
  | 'firstEvent'
  | 'latency'
  | 'reconnect'
  | 'silence'
  | 'heartbeatGap';

export type TrendQuantity =
  | 'privateBytes'
  | 'heapBytes'
  | 'kernelSocketBytes'
  | 'openFiles'
  | 'latencyP99Us'
  | 'keptHeapBytes';

export interface TrendRecord {
  readonly quantity: TrendQuantity;
  readonly outcome: 'leak' | 'no leak' | 'not enough data';
  /** `leak`, `no leak: growth below 3.1 MiB/day at 95 %` or `not enough data`, and why. */
  readonly because: string;
  /** Behind the warm-up; absent where there were too few points for a slope. */
  readonly slope: TrendSlope | undefined;
}

/** In the quantity's unit per day; each limit holds with 95 %. */
export interface TrendSlope {
  readonly perDay: number;
  readonly lowPerDay: number;
  readonly highPerDay: number;
  /** The time looked at: from the end of the warm-up to the last sample. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly level: number;
}

export type Outcome = 'pass' | 'fail' | 'not proven';

export interface Verdict {
  readonly outcome: Outcome;
  readonly checks: readonly VerdictCheck[];
}

export interface VerdictCheck {
  /** As asked: `delivery>=99.99%`. */
  readonly objective: string;
  readonly outcome: Outcome;
  /** The value and its arithmetic in words. */
  readonly because: string;
}

/** A fault of a scenario, when it is over or could not be made. */
export interface FaultRecord {
  readonly kind: 'fault';
  readonly name: string;
  /** Since the start of the run, as the samples have it. */
  readonly atMs: number;
  /** When it was undone, or the server was there again. Absent: done at once. */
  readonly untilMs?: number | undefined;
  readonly detail: string;
  /** Why it was not made. */
  readonly problem?: string | undefined;
}

export type ResultRecord = RunRecord | SampleRecord | FaultRecord | SummaryRecord;
