// The figures of one run: every number that a table of a report shows, with its unit. What was not measured
// has no figure; the groups are the same for all formats.
// The file is long because it is one list: which figures there are and in what order is seen in no other way.

import { formatQuantity, type Unit } from './quantity.ts';
import type { RunResult } from './run-result.ts';

export interface Figure {
  readonly id: string;
  readonly label: string;
  readonly value: number;
  readonly unit: Unit;
  /** What a reader has to know to take it right. */
  readonly note?: string;
}

export interface FigureGroup {
  readonly title: string;
  readonly figures: readonly Figure[];
}

type Known = number | undefined;
type Draft = Omit<Figure, 'value' | 'note'> & { readonly value: Known; readonly note?: string | undefined };

/** The figures that a reader looks for first, in this order. */
export const headlineIds = [
  'latencyP99',
  'deliveredPerSecond',
  'lost',
  'streamsPeak',
  'serverCpuUsPerEvent',
  'serverBytesPerStream',
];

/** Figures of which less is better. Of the rest of those that are compared, more is. */
export const lessIsBetter = new Set([
  'latencyP50',
  'latencyP99',
  'latencyP999',
  'latencyMax',
  'lost',
  'repeated',
  'reconnects',
  'connectP99',
  'heartbeatGapP99',
  'publishErrors',
  'serverCpuUsPerEvent',
  'serverBytesPerStream',
  'serverPrivateBytes',
  'kernelBytes',
]);
/** Figures of which more is better. Those in neither set are the setting of a run, not its outcome. */
export const moreIsBetter = new Set(['deliveredPerSecond', 'delivery', 'availability']);

export function figureGroups(result: RunResult): FigureGroup[] {
  const groups = [latency(result), delivery(result), streams(result), server(result), generator(result)];
  const known = groups.map(({ title, figures }) => ({ title, figures: figures.filter(isKnown) }));
  return known.filter(({ figures }) => figures.length > 0);
}

const isKnown = (figure: Draft): figure is Figure => figure.value !== undefined;

interface DraftGroup {
  readonly title: string;
  readonly figures: readonly Draft[];
}

function latency({ summary: { latency, connect, heartbeatGap } }: RunResult): DraftGroup {
  return {
    title: 'Latency',
    figures: [
      { id: 'latencyP50', label: 'p50 latency', value: latency?.p50Us, unit: 'us' },
      { id: 'latencyP99', label: 'p99 latency', value: latency?.p99Us, unit: 'us' },
      { id: 'latencyP999', label: 'p99.9 latency', value: latency?.p999Us, unit: 'us' },
      { id: 'latencyMax', label: 'longest latency', value: latency?.maxUs, unit: 'us' },
      { id: 'connectP99', label: 'p99 connect time', value: connect?.p99Us, unit: 'us' },
      { id: 'heartbeatGapP99', label: 'p99 heartbeat gap', value: heartbeatGap?.p99Us, unit: 'us' },
    ],
  };
}

function delivery({ summary, series }: RunResult): DraftGroup {
  const { ledger, deliveredTotal, publishedTotal } = summary;
  const lowerBound = ledger !== undefined && !ledger.exact ? 'at least: the ledger met a bound' : undefined;
  return {
    title: 'Delivery',
    figures: [
      { id: 'delivered', label: 'events delivered', value: deliveredTotal, unit: 'count' },
      {
        id: 'deliveredPerSecond',
        label: 'delivered per second',
        value: perSecond(deliveredTotal, summary.durationMs),
        unit: 'perSecond',
      },
      {
        id: 'bytesPerSecond',
        label: 'bytes per second',
        value: perSecond(summary.receivedBytesTotal, summary.durationMs),
        unit: 'bytesPerSecond',
      },
      { id: 'published', label: 'events published', value: publishedTotal, unit: 'count' },
      { id: 'publishErrors', label: 'publish errors', value: summary.publishErrorsTotal, unit: 'count' },
      ...summary.publishErrorsByReason.map(
        ([reason, count]): Draft => ({
          ...{
            id: `publishErrors.${reason}`,
            label: `not acknowledged: ${reason}`,
            value: count,
            unit: 'count',
          },
        }),
      ),
      {
        id: 'publishUnknown',
        label: 'publishes of unknown fate',
        value: summary.publishErrorsTotal ? summary.publishUnknownTotal : undefined,
        unit: 'count',
        note: 'sent and not answered: the server may have them',
      },
      {
        id: 'limitedByServerIntervals',
        label: 'intervals limited by the server',
        value: summary.limitedByServerIntervals,
        unit: 'count',
        note: ofAll(series.count),
      },
      { id: 'delivery', label: 'delivered of what was owed', value: deliveredShare(ledger), unit: 'share' },
      { id: 'lost', label: 'lost', value: ledger?.lost, unit: 'count', note: lowerBound },
      { id: 'repeated', label: 'repeated', value: ledger?.repeated, unit: 'count' },
      { id: 'outOfOrder', label: 'out of order', value: ledger?.outOfOrder, unit: 'count' },
      { id: 'late', label: 'late', value: ledger?.late, unit: 'count' },
      { id: 'heartbeats', label: 'heartbeats', value: summary.heartbeatsTotal, unit: 'count' },
    ],
  };
}

function streams({ summary, series }: RunResult): DraftGroup {
  const wanted = series.points.reduce<Known>(
    (most, { streamsWanted }) => larger(most, streamsWanted),
    undefined,
  );
  const { ledger, reconnectsTotal, reconnectsWithoutIdTotal } = summary;
  const short = wanted !== undefined && summary.streamsPeak !== undefined && summary.streamsPeak < wanted;
  return {
    title: 'Streams',
    figures: [
      {
        id: 'streamsPeak',
        label: 'streams at once',
        value: summary.streamsPeak,
        unit: 'count',
        note: short ? `of ${formatQuantity(wanted, 'count')} wanted` : undefined,
      },
      { id: 'connects', label: 'connects', value: summary.connectsTotal, unit: 'count' },
      { id: 'reconnects', label: 'reconnects', value: reconnectsTotal, unit: 'count' },
      {
        id: 'reconnectsWithoutId',
        label: 'reconnects without an id',
        value: reconnectsTotal ? reconnectsWithoutIdTotal : undefined,
        unit: 'count',
        note: 'nothing to resume by: the stream had got no id before it was cut off',
      },
      {
        id: 'resumedReconnects',
        label: 'reconnects that resumed',
        value: reconnectsTotal ? ledger?.resumedReconnects : undefined,
        unit: 'count',
      },
      {
        id: 'lossyReconnects',
        label: 'reconnects with a loss',
        value: reconnectsTotal ? ledger?.lossyReconnects : undefined,
        unit: 'count',
      },
      {
        id: 'availability',
        label: 'availability',
        value: ratio(summary.freshStreamSeconds, summary.wantedStreamSeconds),
        unit: 'share',
        note: 'stream-seconds connected and fresh',
      },
    ],
  };
}

function server({ summary }: RunResult): DraftGroup {
  const { server, runtime, durationMs, steadyFromMs, streamsPeak } = summary;
  return {
    title: 'Server',
    figures: [
      {
        ...{ id: 'serverCpuUsPerEvent', label: 'server CPU an event', unit: 'us' },
        value: server?.cpuUsPerEvent,
        note: steadyNote(steadyFromMs),
      },
      {
        id: 'serverCores',
        label: 'server CPU',
        value: ratio(server?.cpuUs, thousandfold(durationMs)),
        unit: 'cores',
      },
      {
        id: 'serverBytesPerStream',
        label: 'private memory a stream',
        value: server?.privateBytesPerStream,
        unit: 'bytes',
      },
      { id: 'serverPrivateBytes', label: 'private memory', value: server?.privateBytes, unit: 'bytes' },
      { id: 'kernelBytes', label: 'kernel socket memory', value: server?.kernelSocketBytes, unit: 'bytes' },
      {
        id: 'kernelBytesPerStream',
        label: 'kernel memory a stream',
        value: ratio(server?.kernelSocketBytes, streamsPeak),
        unit: 'bytes',
      },
      { id: 'fileBytes', label: 'file-backed memory', value: server?.fileBytes, unit: 'bytes' },
      { id: 'openFiles', label: 'open files', value: server?.openFiles, unit: 'count' },
      { id: 'processes', label: 'processes', value: server?.processes, unit: 'count' },
      { id: 'serverHeap', label: 'heap at most', value: runtime?.heapUsedBytes, unit: 'bytes' },
      {
        id: 'serverGcShare',
        label: 'time in garbage collection',
        value: ratio(runtime?.gcUs, thousandfold(durationMs)),
        unit: 'share',
      },
      {
        id: 'fullCollections',
        label: 'full garbage collections',
        value: runtime?.fullCollections,
        unit: 'count',
      },
      {
        id: 'serverLoopDelay',
        label: 'its event-loop delay, p99, at most',
        value: runtime?.loopDelayP99Us,
        unit: 'us',
      },
      ...(server?.socketPeaks ?? []).map(
        ([state, most]): Draft => ({
          ...{ id: `sockets.${state}`, label: `sockets ${state}`, value: most, unit: 'count' },
          note: 'the most at once',
        }),
      ),
    ],
  };
}

function generator({ summary, series }: RunResult): DraftGroup {
  const { generator, durationMs, steadyFromMs, limitedIntervals } = summary;
  return {
    title: 'Load generator',
    figures: [
      {
        id: 'generatorCpuUsPerEvent',
        label: 'its CPU an event',
        value: generator?.cpuUsPerEvent,
        unit: 'us',
        note: steadyNote(steadyFromMs),
      },
      {
        id: 'generatorCores',
        label: 'its CPU',
        value: ratio(generator?.cpuUs, thousandfold(durationMs)),
        unit: 'cores',
      },
      {
        id: 'generatorBytesPerStream',
        label: 'its memory a stream',
        value: generator?.privateBytesPerStream,
        unit: 'bytes',
      },
      {
        id: 'generatorPrivateBytes',
        label: 'its private memory',
        value: generator?.privateBytes,
        unit: 'bytes',
      },
      { id: 'loopDelayP99', label: 'its own delay, p99', value: generator?.loopDelayP99Us, unit: 'us' },
      {
        id: 'limitedIntervals',
        label: 'intervals limited by it',
        value: limitedIntervals,
        unit: 'count',
        note: ofAll(series.count),
      },
    ],
  };
}

function deliveredShare(ledger: RunResult['summary']['ledger']): Known {
  const { expected, lost } = ledger ?? {};
  return expected === undefined || lost === undefined || expected === 0
    ? undefined
    : Math.max(1 - lost / expected, 0);
}

/** Files of an earlier version have it with the ramp, and say nothing. */
const steadyNote = (fromMs: Known) =>
  fromMs === undefined ? undefined : `after the ramp, from ${formatQuantity(fromMs, 'ms')}`;

const ofAll = (samples: number) => (samples > 0 ? `of ${samples}` : undefined);
const thousandfold = (value: Known) => (value === undefined ? undefined : value * 1000);
const larger = (a: Known, b: Known) => (a === undefined ? b : b === undefined ? a : Math.max(a, b));
const perSecond = (count: Known, durationMs: Known) => ratio(thousandfold(count), durationMs);

function ratio(a: Known, b: Known): Known {
  return a === undefined || b === undefined || b === 0 ? undefined : a / b;
}
